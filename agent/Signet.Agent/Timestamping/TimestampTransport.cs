using System.Collections.Concurrent;
using System.Net;

namespace Signet.Agent.Timestamping;

/// <summary>
/// Connections to timestamp servers, shared by all groups. Follows no redirect, keeps no cookie, takes no proxy from the
/// environment: the signing node talks to what its configuration names, and to nothing else.
/// </summary>
/// <remarks>Safe for several threads at once. Holds one pool of connections for each proxy that was ever configured.</remarks>
internal sealed class TimestampTransport : IDisposable
{
    private readonly ConcurrentDictionary<string, HttpMessageInvoker> _invokers = new(StringComparer.Ordinal);

    /// <summary>Sends requests through a proxy, or directly where it is null.</summary>
    public HttpMessageInvoker For(Uri? proxy) => _invokers.GetOrAdd(proxy?.AbsoluteUri ?? string.Empty, _ => Create(proxy));

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var invoker in _invokers.Values)
        {
            invoker.Dispose();
        }
    }

    private static HttpMessageInvoker Create(Uri? proxy) => new(
        new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = proxy is not null,
            Proxy = proxy is null ? null : new WebProxy(proxy),
            AutomaticDecompression = DecompressionMethods.None,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),

            // No trace headers to strangers.
            ActivityHeadersPropagator = null,
        },
        disposeHandler: true);
}
