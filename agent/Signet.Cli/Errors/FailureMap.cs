using Grpc.Core;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;

namespace Signet.Cli.Errors;

/// <summary>The one place that turns an exception into the text and the exit code that a user gets.</summary>
internal static class FailureMap
{
    /// <summary>What becomes of the exception.</summary>
    public static Failure Of(Exception exception) => exception switch
    {
        CommandException command => new Failure(command.Message, command.ExitCode),
        OperationCanceledException => new Failure("Cancelled.", ExitCode.Cancelled),
        SigningException signing => new Failure(signing.Message, ExitCodeOf(signing.Reason)),
        RpcException rpc => OfRpc(rpc),
        FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException or IOException =>
            new Failure(exception.Message, ExitCode.Invalid),
        _ => new Failure(
            $"Signet failed: {exception.Message} ({exception.GetType().Name}). This is a fault of Signet; "
            + "run it again with SIGNET_DEBUG=1 and report what it prints.",
            ExitCode.Fault),
    };

    private static int ExitCodeOf(ErrorReason reason) => reason switch
    {
        ErrorReason.InvalidRequest or ErrorReason.UnsupportedFormat or ErrorReason.MalformedFile
            or ErrorReason.LimitExceeded or ErrorReason.UnknownRequest => ExitCode.Invalid,
        ErrorReason.TokenLocked or ErrorReason.LedgerUnavailable or ErrorReason.TimestampUnavailable => ExitCode.NotReady,
        ErrorReason.TokenAbsent or ErrorReason.TokenFailed or ErrorReason.ShuttingDown => ExitCode.Unreachable,
        ErrorReason.Internal or ErrorReason.Unspecified => ExitCode.Fault,
        _ => ExitCode.Refused,
    };

    private static Failure OfRpc(RpcException rpc)
    {
        if (ErrorStatus.FromRpcException(rpc) is { } signing)
        {
            return Of(signing);
        }

        return rpc.StatusCode switch
        {
            StatusCode.Cancelled => new Failure("Cancelled.", ExitCode.Cancelled),
            StatusCode.Unimplemented => new Failure(
                $"The agent does not serve this: {rpc.Status.Detail}", ExitCode.Refused),
            StatusCode.Unavailable or StatusCode.DeadlineExceeded => new Failure(
                $"The agent did not answer: {rpc.Status.Detail}", ExitCode.Unreachable),
            StatusCode.InvalidArgument or StatusCode.NotFound => new Failure(rpc.Status.Detail, ExitCode.Invalid),
            StatusCode.PermissionDenied or StatusCode.Unauthenticated or StatusCode.FailedPrecondition
                or StatusCode.ResourceExhausted or StatusCode.Aborted => new Failure(rpc.Status.Detail, ExitCode.Refused),
            _ => new Failure($"The agent failed: {rpc.Status.Detail}. Its log says more.", ExitCode.Fault),
        };
    }
}
