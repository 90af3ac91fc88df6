using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;

namespace Signet.Protocol.Local;

/// <summary>
/// Stands before all that a local server serves: whom <see cref="ILocalDoor"/> does not admit gets an answer, and no byte of
/// a message is read.
/// </summary>
internal sealed class LocalGate(RequestDelegate next, ILocalDoor door)
{
    /// <summary>Lets the call through, or refuses it.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        if (await FindRefusalAsync(context) is { } refusal)
        {
            await ErrorResponse.WriteAsync(context, ErrorStatus.ToRpcException(refusal));
            return;
        }

        if (!await RequestCompression.RefuseAsync(context))
        {
            await next(context);
        }
    }

    private async Task<SigningException?> FindRefusalAsync(HttpContext context)
    {
        if (PeerIdentity.In(context.Features) is not { } caller)
        {
            return new SigningException(ErrorReason.Unauthenticated, "The operating system did not say who calls.");
        }

        return caller.HasProcess && door.Admits(caller)
            ? null
            : await door.RefuseAsync(caller, context.Request.Path.Value ?? string.Empty);
    }

    /// <summary>Puts the gate before whatever else a server has, so that no server can forget it.</summary>
    internal sealed class Filter : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => application =>
        {
            application.UseMiddleware<LocalGate>();
            next(application);
        };
    }
}
