using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Signet.Agent.Access;
using Signet.Protocol.Errors;
using Signet.Protocol.Local;

namespace Signet.Agent.Services;

/// <summary>
/// Stands before every endpoint of the network port: nothing of a call but its headers is read until certificate and
/// credential are known. A refusal is answered as gRPC does it without a body (gRPC over HTTP/2, "Trailers-Only"), so that a
/// client learns the reason, which a broken TLS handshake could not tell it.
/// </summary>
internal sealed class ControllerGate(
    RequestDelegate next, AccessGuard guard, TimeProvider time, ILogger<ControllerGate> logger)
{
    private const int LinesInMinute = 60;
    private const string HealthService = "/grpc.health.v1.Health";
    private const string CallerKey = "Signet.Caller";

    private readonly FloodLimit _lines = new(time, LinesInMinute);

    /// <summary>Who makes this call.</summary>
    /// <exception cref="InvalidOperationException">The call did not come through the gate.</exception>
    public static CallerIdentity CallerOf(ServerCallContext context) =>
        context.GetHttpContext().Items[CallerKey] as CallerIdentity
            ?? throw new InvalidOperationException("the call did not come through the gate");

    /// <summary>Lets the call through, or refuses and records it.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        var remote = context.Connection.RemoteIpAddress?.ToString() ?? "unknown";
        try
        {
            var attempt = new AccessAttempt(
                context.Connection.ClientCertificate, AuthorizationOf(context.Request), remote);
            if (context.Request.Path.StartsWithSegments(HealthService))
            {
                // Monitoring has a controller's certificate but no job's credential.
                await guard.AuthenticateControllerAsync(attempt, context.RequestAborted);
            }
            else
            {
                context.Items[CallerKey] = await guard.AuthenticateAsync(attempt, context.RequestAborted);
            }
        }
        catch (SigningException refusal)
        {
            await RefuseAsync(context, remote, refusal);
            return;
        }

        if (!await RequestCompression.RefuseAsync(context))
        {
            await next(context);
        }
    }

    // Two values would be two identities: neither is believed.
    private static string? AuthorizationOf(HttpRequest request) => request.Headers.Authorization.Count switch
    {
        0 => null,
        1 => request.Headers.Authorization[0],
        _ => string.Empty,
    };

    private async Task RefuseAsync(HttpContext context, string remote, SigningException refusal)
    {
        if (_lines.TryTake(RemoteAddressGroup.Of(remote), out var suppressed))
        {
            logger.LogInformation(
                "Call from {Remote} refused: {Reason}: {Detail} {Suppressed} before it were not logged",
                remote, refusal.Reason, refusal.Message, suppressed);
        }

        await ErrorResponse.WriteAsync(context, ErrorStatus.ToRpcException(refusal));
    }
}
