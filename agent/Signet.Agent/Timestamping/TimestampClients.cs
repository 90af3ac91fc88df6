using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Signet.Agent.Configuration;
using Signet.Protocol.V1;

namespace Signet.Agent.Timestamping;

/// <summary>The configured groups of timestamp servers.</summary>
/// <remarks>Safe for use by several threads at once.</remarks>
internal sealed class TimestampClients(
    ConfigurationHolder configuration, TimeProvider time, ILogger<TimestampClients> logger) : IDisposable
{
    // No redirects: a server that is not in the configuration gets no request. No proxy either, but what the
    // operating system's environment says, as for every program of the node.
    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        MaxConnectionsPerServer = 4,
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    private readonly ConcurrentDictionary<Uri, TimestampServer> _servers = new();

    /// <summary>A stamper of the group for one signature, which then knows which server stamped it.</summary>
    public StamperForOneSignature ForOneSignature(string groupName)
    {
        var group = configuration.Current.Timestamps.First(candidate => candidate.Name == groupName);
        return new StamperForOneSignature(
            group, group.Servers.Select(Server).ToList(), _http, time, logger);
    }

    /// <summary>How each configured server did last.</summary>
    public IReadOnlyList<TimestampServerStatus> Status() => configuration.Current.Timestamps
        .SelectMany(group => group.Servers.Select(uri => Server(uri).ToStatus(group.Name))).ToList();

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private TimestampServer Server(Uri uri) => _servers.GetOrAdd(uri, address => new TimestampServer(address, time));
}
