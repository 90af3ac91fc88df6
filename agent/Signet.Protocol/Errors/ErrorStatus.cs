using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Signet.Protocol.V1;

namespace Signet.Protocol.Errors;

/// <summary>Turns a <see cref="SigningException"/> into what gRPC carries, and back.</summary>
public static class ErrorStatus
{
    private const string CorrelationKey = "correlation";

    /// <summary>The error as an <see cref="RpcException"/> with a <c>google.rpc.Status</c> in its trailers.</summary>
    /// <param name="exception">The error.</param>
    /// <param name="correlation">Id under which the agent's log tells more; null for none.</param>
    public static RpcException ToRpcException(SigningException exception, string? correlation = null)
    {
        ArgumentNullException.ThrowIfNull(exception);
        var info = new ErrorInfo { Domain = ErrorReasons.Domain, Reason = ErrorReasons.WireName(exception.Reason) };
        if (correlation is not null)
        {
            info.Metadata[CorrelationKey] = correlation;
        }

        var status = new Google.Rpc.Status
        {
            Code = (int)ErrorReasons.ToStatusCode(exception.Reason),
            Message = exception.Message,
            Details = { Any.Pack(info) },
        };
        if (exception.RetryAfter is { } pause)
        {
            status.Details.Add(Any.Pack(new RetryInfo { RetryDelay = Duration.FromTimeSpan(pause) }));
        }

        return status.ToRpcException();
    }

    /// <summary>
    /// The typed error in <paramref name="exception"/>; null where the other side is not Signet or did not say.
    /// </summary>
    public static SigningException? FromRpcException(RpcException exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        var status = exception.GetRpcStatus();
        var info = status?.GetDetail<ErrorInfo>();
        if (status is null || info is null || info.Domain != ErrorReasons.Domain)
        {
            return null;
        }

        var reason = ErrorReasons.FromWireName(info.Reason);
        if (reason == ErrorReason.Unspecified)
        {
            return null;
        }

        var retry = status.GetDetail<RetryInfo>();
        return new SigningException(reason, status.Message, retry?.RetryDelay.ToTimeSpan(), exception);
    }
}
