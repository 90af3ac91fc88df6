using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace Signet.Protocol.Errors;

/// <summary>
/// No server of Signet unpacks what a caller compressed: 60 KB of gzip can be 60 MB, and whoever calls would choose how much
/// memory that takes.
/// </summary>
public static class RequestCompression
{
    private const string Encoding = "grpc-encoding";
    private const string AcceptEncoding = "grpc-accept-encoding";
    private const string Identity = "identity";

    /// <summary>Refuses a compressed call by its headers, as gRPC's "Compression" demands of a server that does not know one.</summary>
    /// <returns>Whether the call was refused and is answered.</returns>
    public static async Task<bool> RefuseAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var headers = context.Request.Headers;
        if (headers.ContentEncoding.Count == 0 && headers[Encoding] is var asked && (asked.Count == 0 || asked == Identity))
        {
            return false;
        }

        context.Response.Headers[AcceptEncoding] = Identity;
        await ErrorResponse.WriteAsync(
            context,
            new RpcException(new Status(StatusCode.Unimplemented, "Signet takes no compressed messages. Send them as they are.")));
        return true;
    }
}
