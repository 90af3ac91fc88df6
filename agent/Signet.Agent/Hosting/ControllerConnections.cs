using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Signet.Agent.Access;
using Signet.Agent.Configuration;
using Signet.Protocol.Errors;
using Signet.Protocol.Local;

namespace Signet.Agent.Hosting;

/// <summary>
/// Bounds the connections of the network port, and lets go of whoever has no pinned certificate before a byte of HTTP is read.
/// What is not known yet has places of its own, so that strangers take none from controllers.
/// </summary>
/// <remarks>Safe for use by several threads at once.</remarks>
internal sealed class ControllerConnections(
    ConnectionLimits limits, AccessGuard guard, TimeProvider time, ILogger<ControllerConnections> logger)
{
    private const int LinesInMinute = 10;

    private static readonly TimeSpan Farewell = TimeSpan.FromMilliseconds(250);

    private readonly ConnectionPlaces _handshakes = new(limits.Handshakes, limits.HandshakesPerAddress);
    private readonly ConnectionPlaces _connections = new(limits.All, limits.PerAddress);
    private readonly FloodLimit _lines = new(time, LinesInMinute);

    /// <summary>Stands before TLS.</summary>
    public async Task BeforeTlsAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var group = GroupOf(connection);
        using var place = _handshakes.TryEnter(group);
        if (place is null)
        {
            Refuse(connection, group, "too many connections that did not show a certificate yet");
            return;
        }

        connection.Features.Set(new Handshake(place));
        await next(connection);
    }

    /// <summary>Stands between TLS and HTTP.</summary>
    public async Task AfterTlsAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var certificate = connection.Features.Get<ITlsConnectionFeature>()?.ClientCertificate;
        if (!await IsAdmittedAsync(connection, certificate))
        {
            await SayFarewellAsync(connection);
            return;
        }

        var group = GroupOf(connection);
        using var place = _connections.TryEnter(group);
        if (place is null)
        {
            Refuse(connection, group, "too many connections");
            return;
        }

        connection.Features.Get<Handshake>()?.Place.Dispose();
        await next(connection);
    }

    private async Task<bool> IsAdmittedAsync(ConnectionContext connection, X509Certificate2? certificate)
    {
        try
        {
            await guard.AdmitConnectionAsync(certificate, AddressOf(connection), connection.ConnectionClosed);
            return true;
        }
        catch (SigningException refusal)
        {
            if (_lines.TryTake(GroupOf(connection), out var suppressed))
            {
                logger.LogInformation(
                    "Connection from {Remote} refused: {Detail} {Suppressed} before it were not logged",
                    AddressOf(connection), refusal.Message, suppressed);
            }

            return false;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>
    /// Tells the peer why by what every HTTP/2 server may say first (<see cref="Http2Farewell"/>). What the peer has sent is thrown
    /// away unread, for a moment: a system that closes a connection with unread bytes takes back what it has not delivered.
    /// </summary>
    private async Task SayFarewellAsync(ConnectionContext connection)
    {
        using var moment = new CancellationTokenSource(Farewell, time);
        try
        {
            await connection.Transport.Output.WriteAsync(Http2Farewell.NoPinnedCertificate, moment.Token);
            await connection.Transport.Output.CompleteAsync();
            while (true)
            {
                var read = await connection.Transport.Input.ReadAsync(moment.Token);
                connection.Transport.Input.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted || read.IsCanceled)
                {
                    return;
                }
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or InvalidOperationException)
        {
            // It has gone, or does not go: it is closed in any case.
        }
    }

    private void Refuse(ConnectionContext connection, string group, string why)
    {
        if (_lines.TryTake(group, out var suppressed))
        {
            logger.LogWarning(
                "Connection from {Remote} refused: {Why}. {Suppressed} before it were not logged", AddressOf(connection), why, suppressed);
        }

        connection.Abort(new ConnectionAbortedException(why));
    }

    private static string AddressOf(ConnectionContext connection) =>
        (connection.RemoteEndPoint as IPEndPoint)?.Address.ToString() ?? "unknown";

    private static string GroupOf(ConnectionContext connection) => RemoteAddressGroup.Of(AddressOf(connection));

    private sealed record Handshake(IDisposable Place);
}
