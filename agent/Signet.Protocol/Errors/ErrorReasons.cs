using Grpc.Core;
using Signet.Protocol.V1;

namespace Signet.Protocol.Errors;

/// <summary>
/// What becomes of each <see cref="ErrorReason"/>: its name on the wire, its gRPC code and whether a repeat helps.
/// The table of errors in docs/errors.md is this one.
/// </summary>
public static class ErrorReasons
{
    /// <summary>The <c>domain</c> of every <c>google.rpc.ErrorInfo</c> that Signet sends.</summary>
    public const string Domain = "signet";

    private const string Prefix = "ERROR_REASON_";

    private static readonly Dictionary<string, ErrorReason> ByWireName =
        Enum.GetValues<ErrorReason>().ToDictionary(WireName, StringComparer.Ordinal);

    /// <summary>The reason as <c>ErrorInfo.reason</c> carries it, for instance <c>TOKEN_LOCKED</c>.</summary>
    public static string WireName(ErrorReason reason)
    {
        var value = ErrorReasonDescriptor.FindValueByNumber((int)reason)
            ?? throw new ArgumentOutOfRangeException(nameof(reason), reason, "not a declared reason");
        return value.Name[Prefix.Length..];
    }

    /// <summary>The reason with this wire name; <see cref="ErrorReason.Unspecified"/> for one not known here.</summary>
    public static ErrorReason FromWireName(string name) => ByWireName.GetValueOrDefault(name);

    /// <summary>The gRPC status code that carries the reason.</summary>
    public static StatusCode ToStatusCode(ErrorReason reason) => reason switch
    {
        ErrorReason.InvalidRequest or ErrorReason.UnsupportedFormat or ErrorReason.MalformedFile
            or ErrorReason.LimitExceeded => StatusCode.InvalidArgument,
        ErrorReason.Unauthenticated => StatusCode.Unauthenticated,
        ErrorReason.NotGranted => StatusCode.PermissionDenied,
        ErrorReason.UnknownRequest => StatusCode.NotFound,
        ErrorReason.ManifestMismatch or ErrorReason.Denied or ErrorReason.Expired or ErrorReason.AlreadySigned
            or ErrorReason.CertificateInvalid or ErrorReason.HardwareRequired or ErrorReason.NotApproved
            or ErrorReason.Cancelled or ErrorReason.VerificationFailed or ErrorReason.KeyUnusable => StatusCode.FailedPrecondition,
        ErrorReason.TokenLocked or ErrorReason.TokenAbsent or ErrorReason.TokenFailed
            or ErrorReason.TimestampUnavailable or ErrorReason.LedgerUnavailable
            or ErrorReason.ShuttingDown => StatusCode.Unavailable,
        ErrorReason.RateLimited or ErrorReason.QueueFull => StatusCode.ResourceExhausted,
        ErrorReason.UploadCorrupt => StatusCode.Aborted,
        _ => StatusCode.Internal,
    };

    /// <summary>Whether a repeat of the same call can succeed, by itself or once an operator has acted.</summary>
    public static bool IsRetryable(ErrorReason reason) =>
        ToStatusCode(reason) is StatusCode.Unavailable or StatusCode.ResourceExhausted or StatusCode.Aborted;

    /// <summary>How long to wait before a repeat where nobody said otherwise; null where no repeat helps.</summary>
    public static TimeSpan? DefaultRetryAfter(ErrorReason reason) => reason switch
    {
        ErrorReason.UploadCorrupt => TimeSpan.Zero,
        ErrorReason.TokenLocked or ErrorReason.TokenAbsent or ErrorReason.TokenFailed => TimeSpan.FromSeconds(10),
        _ when IsRetryable(reason) => TimeSpan.FromSeconds(5),
        _ => null,
    };

    private static Google.Protobuf.Reflection.EnumDescriptor ErrorReasonDescriptor =>
        SigningReflection.Descriptor.FindTypeByName<Google.Protobuf.Reflection.EnumDescriptor>(nameof(ErrorReason));
}
