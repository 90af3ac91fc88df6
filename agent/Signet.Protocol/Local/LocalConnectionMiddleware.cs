using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.Extensions.Logging;

namespace Signet.Protocol.Local;

/// <summary>
/// Puts a <see cref="PeerIdentity"/> into the features of each local connection before a byte of it is read, and drops a
/// connection that has none, or whose account has too many. One whose account the door does not admit lives for a few seconds:
/// long enough to be told so.
/// </summary>
internal sealed class LocalConnectionMiddleware(
    ConnectionDelegate next, ILocalDoor door, LocalConnections connections, TimeProvider time,
    ILogger<LocalConnectionMiddleware> logger)
{
    private const int LinesInMinute = 10;

    private static readonly TimeSpan StrangersTime = TimeSpan.FromSeconds(5);

    private readonly FloodLimit _lines = new(time, LinesInMinute);

    /// <summary>Identifies the caller, then hands the connection on.</summary>
    public async Task InvokeAsync(ConnectionContext connection)
    {
        if (await TryIdentifyAsync(connection) is not { } caller)
        {
            return;
        }

        var isAdmitted = caller.HasProcess && door.Admits(caller);
        using var place = connections.TryEnter(caller, isAdmitted);
        if (place is null)
        {
            NoteFull(caller);
            connection.Abort(new ConnectionAbortedException("The account has too many connections."));
            return;
        }

        connection.Features.Set(caller);
        if (isAdmitted)
        {
            await next(connection);
            return;
        }

        await using var end = time.CreateTimer(
            _ => connection.Abort(new ConnectionAbortedException("The account has no business here.")),
            null, StrangersTime, Timeout.InfiniteTimeSpan);
        await next(connection);
    }

    private async Task<PeerIdentity?> TryIdentifyAsync(ConnectionContext connection)
    {
        try
        {
            return await IdentifyAsync(connection);
        }
        catch (Exception exception) when (
            exception is SocketException or IOException or InvalidDataException or ObjectDisposedException
                or InvalidOperationException or UnauthorizedAccessException or PlatformNotSupportedException
                or OperationCanceledException)
        {
            if (_lines.TryTake("unidentified", out var suppressed))
            {
                logger.LogWarning(
                    exception, "Refused a local connection: the operating system did not say who calls. {Suppressed} before it were not logged",
                    suppressed);
            }

            connection.Abort(new ConnectionAbortedException("The caller could not be identified.", exception));
            return null;
        }
    }

    private void NoteFull(PeerIdentity caller)
    {
        if (_lines.TryTake(caller.Account, out var suppressed))
        {
            logger.LogWarning(
                "Refused a local connection of account {Account}, process {Process}: too many are open. {Suppressed} before it were not logged",
                caller.Account, caller.ProcessId, suppressed);
        }
    }

    private static async Task<PeerIdentity> IdentifyAsync(ConnectionContext connection)
    {
        if (OperatingSystem.IsWindows())
        {
            var pipe = connection.Features.Get<IConnectionNamedPipeFeature>()?.NamedPipe
                ?? throw new InvalidOperationException("The connection is not a named pipe.");

            // HTTP/2 clients speak first, and Windows tells the account only after the first read; nothing is consumed.
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed);
            patience.CancelAfter(StrangersTime);
            var first = await connection.Transport.Input.ReadAsync(patience.Token);
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
