using Grpc.Core;
using Signet.Protocol.V1;

namespace Signet.Protocol.Tests.Errors;

/// <summary>What users of the protocol rely on. Written out by hand: a change of the code must not change it unseen.</summary>
internal sealed record ErrorTableRow(ErrorReason Reason, string WireName, StatusCode Code, bool Retryable, int? RetrySeconds);

internal static class ErrorTable
{
    public static readonly IReadOnlyList<ErrorTableRow> Rows =
    [
        new(ErrorReason.InvalidRequest, "INVALID_REQUEST", StatusCode.InvalidArgument, false, null),
        new(ErrorReason.UnsupportedFormat, "UNSUPPORTED_FORMAT", StatusCode.InvalidArgument, false, null),
        new(ErrorReason.MalformedFile, "MALFORMED_FILE", StatusCode.InvalidArgument, false, null),
        new(ErrorReason.LimitExceeded, "LIMIT_EXCEEDED", StatusCode.InvalidArgument, false, null),
        new(ErrorReason.Unauthenticated, "UNAUTHENTICATED", StatusCode.Unauthenticated, false, null),
        new(ErrorReason.NotGranted, "NOT_GRANTED", StatusCode.PermissionDenied, false, null),
        new(ErrorReason.UnknownRequest, "UNKNOWN_REQUEST", StatusCode.NotFound, false, null),
        new(ErrorReason.ManifestMismatch, "MANIFEST_MISMATCH", StatusCode.FailedPrecondition, false, null),
        new(ErrorReason.Denied, "DENIED", StatusCode.FailedPrecondition, false, null),
        new(ErrorReason.Expired, "EXPIRED", StatusCode.FailedPrecondition, false, null),
        new(ErrorReason.AlreadySigned, "ALREADY_SIGNED", StatusCode.FailedPrecondition, false, null),
        new(ErrorReason.CertificateInvalid, "CERTIFICATE_INVALID", StatusCode.FailedPrecondition, false, null),
        new(ErrorReason.HardwareRequired, "HARDWARE_REQUIRED", StatusCode.FailedPrecondition, false, null),
        new(ErrorReason.NotApproved, "NOT_APPROVED", StatusCode.FailedPrecondition, false, null),
        new(ErrorReason.Cancelled, "CANCELLED", StatusCode.FailedPrecondition, false, null),
        new(ErrorReason.VerificationFailed, "VERIFICATION_FAILED", StatusCode.FailedPrecondition, false, null),
        new(ErrorReason.KeyUnusable, "KEY_UNUSABLE", StatusCode.FailedPrecondition, false, null),
        new(ErrorReason.TokenLocked, "TOKEN_LOCKED", StatusCode.Unavailable, true, 10),
        new(ErrorReason.TokenAbsent, "TOKEN_ABSENT", StatusCode.Unavailable, true, 10),
        new(ErrorReason.TokenFailed, "TOKEN_FAILED", StatusCode.Unavailable, true, 10),
        new(ErrorReason.TimestampUnavailable, "TIMESTAMP_UNAVAILABLE", StatusCode.Unavailable, true, 5),
        new(ErrorReason.LedgerUnavailable, "LEDGER_UNAVAILABLE", StatusCode.Unavailable, true, 5),
        new(ErrorReason.ShuttingDown, "SHUTTING_DOWN", StatusCode.Unavailable, true, 5),
        new(ErrorReason.RateLimited, "RATE_LIMITED", StatusCode.ResourceExhausted, true, 5),
        new(ErrorReason.QueueFull, "QUEUE_FULL", StatusCode.ResourceExhausted, true, 5),
        new(ErrorReason.UploadCorrupt, "UPLOAD_CORRUPT", StatusCode.Aborted, true, 0),
        new(ErrorReason.Internal, "INTERNAL", StatusCode.Internal, false, null),
    ];
}
