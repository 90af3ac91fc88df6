using System.Globalization;
using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace Signet.Protocol.Errors;

/// <summary>Answers a call with an error before anything of it but its headers was read.</summary>
public static class ErrorResponse
{
    /// <summary>Sends the error as gRPC does it without a body (gRPC over HTTP/2, "Trailers-Only"), and ends the call.</summary>
    /// <param name="context">The call.</param>
    /// <param name="error">What the caller is told.</param>
    public static async Task WriteAsync(HttpContext context, RpcException error)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(error);
        context.Response.StatusCode = StatusCodes.Status200OK;
        context.Response.ContentType = "application/grpc";
        context.Response.Headers["grpc-status"] = ((int)error.StatusCode).ToString(CultureInfo.InvariantCulture);
        context.Response.Headers["grpc-message"] = Uri.EscapeDataString(error.Status.Detail);
        foreach (var entry in error.Trailers.Where(entry => entry.IsBinary))
        {
            context.Response.Headers[entry.Key] = Convert.ToBase64String(entry.ValueBytes);
        }

        await context.Response.CompleteAsync();
    }
}
