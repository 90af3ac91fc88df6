using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.Extensions.Logging;

namespace Signet.Protocol.Local;

/// <summary>
/// Puts a <see cref="PeerIdentity"/> into the features of each local connection, and drops a connection that has none.
/// </summary>
internal sealed class PeerIdentityMiddleware(ConnectionDelegate next, ILogger<PeerIdentityMiddleware> logger)
{
    /// <summary>Identifies the caller, then hands the connection on.</summary>
    public async Task InvokeAsync(ConnectionContext connection)
    {
        try
        {
            connection.Features.Set(await IdentifyAsync(connection));
        }
        catch (Exception exception) when (
            exception is SocketException or IOException or InvalidDataException or ObjectDisposedException
                or InvalidOperationException or UnauthorizedAccessException or PlatformNotSupportedException)
        {
            logger.LogWarning(exception, "Refused a local connection: the operating system did not say who calls.");
            connection.Abort(new ConnectionAbortedException("The caller could not be identified.", exception));
            return;
        }

        await next(connection);
    }

    private static async Task<PeerIdentity> IdentifyAsync(ConnectionContext connection)
    {
        if (OperatingSystem.IsWindows())
        {
            var pipe = connection.Features.Get<IConnectionNamedPipeFeature>()?.NamedPipe
                ?? throw new InvalidOperationException("The connection is not a named pipe.");

            // HTTP/2 clients speak first, and Windows tells the account only after the first read; nothing is consumed.
            var first = await connection.Transport.Input.ReadAsync(connection.ConnectionClosed);
            connection.Transport.Input.AdvanceTo(first.Buffer.Start, first.Buffer.Start);
            return WindowsPeer.Read(pipe);
        }

        if (OperatingSystem.IsLinux())
        {
            var socket = connection.Features.Get<IConnectionSocketFeature>()?.Socket
                ?? throw new InvalidOperationException("The connection is not a socket.");
            return UnixPeer.Read(socket);
        }

        throw new PlatformNotSupportedException("Local callers can be identified on Linux and Windows only.");
    }
}
