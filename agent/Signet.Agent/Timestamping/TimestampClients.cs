using Microsoft.Extensions.Logging;
using Signet.Agent.Configuration;
using Signet.Protocol.V1;

namespace Signet.Agent.Timestamping;

/// <summary>The clients of all groups of timestamp servers in the configuration in use.</summary>
/// <remarks>Safe for several threads at once.</remarks>
internal sealed class TimestampClients : IDisposable
{
    private readonly Lock _lock = new();
    private readonly TimestampTransport _transport = new();
    private readonly ConfigurationHolder _configuration;
    private readonly TimeProvider _time;
    private readonly ILogger<TimestampClients> _logger;
    private SignetConfiguration? _madeFrom;
    private List<(TimestampConfiguration Group, TimestampClient Client)> _clients = [];

    /// <summary>Creates the clients.</summary>
    /// <param name="configuration">The configuration in use.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Told of servers that failed.</param>
    public TimestampClients(ConfigurationHolder configuration, TimeProvider time, ILogger<TimestampClients> logger)
    {
        _configuration = configuration;
        _time = time;
        _logger = logger;
    }

    /// <summary>How each server of each group did last.</summary>
    public IReadOnlyList<TimestampServerStatus> Status => [.. Current().SelectMany(pair => pair.Client.Status)];

    /// <summary>The client of a group.</summary>
    /// <exception cref="KeyNotFoundException">The configuration in use has no such group.</exception>
    public TimestampClient Get(string group) => Current().FirstOrDefault(pair => pair.Group.Name == group).Client
        ?? throw new KeyNotFoundException($"The configuration in use has no timestamp group '{group}'.");

    /// <inheritdoc/>
    public void Dispose() => _transport.Dispose();

    /// <summary>
    /// Follows reloads. A group that did not change keeps its client with what it knows about its servers. A client that
    /// is left over is not disposed of: requests may still use it, and it holds nothing that needs it.
    /// </summary>
    private List<(TimestampConfiguration Group, TimestampClient Client)> Current()
    {
        lock (_lock)
        {
            var configuration = _configuration.Current;
            if (!ReferenceEquals(_madeFrom, configuration))
            {
                _clients = [.. configuration.Timestamps.Select(group => (group, Find(group) ?? Create(group)))];
                _madeFrom = configuration;
            }

            return _clients;
        }
    }

    private TimestampClient? Find(TimestampConfiguration group) =>
        _clients.FirstOrDefault(pair => Same(pair.Group, group)).Client;

    private TimestampClient Create(TimestampConfiguration group) => new(group, _transport, _time, _logger);

    private static bool Same(TimestampConfiguration left, TimestampConfiguration right) =>
        left.Servers.SequenceEqual(right.Servers)
        && (left.Roots ?? []).Select(root => root.Thumbprint).SequenceEqual((right.Roots ?? []).Select(root => root.Thumbprint))
        && (left.Roots is null) == (right.Roots is null)

        // The rest compares by value.
        && left with { Servers = right.Servers, Roots = right.Roots } == right;
}
