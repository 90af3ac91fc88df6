using Signet.Formats;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;

namespace Signet.Agent.FileSigning;

/// <summary>What becomes of a format's refusal on its way to the caller.</summary>
internal static class FormatErrors
{
    /// <summary>The typed error, naming the file.</summary>
    public static SigningException ToSigningException(SignatureFormatException exception, string fileName)
    {
        var reason = exception.Failure switch
        {
            FormatFailure.Malformed => ErrorReason.MalformedFile,
            FormatFailure.Unsupported => ErrorReason.UnsupportedFormat,
            FormatFailure.AlreadySigned => ErrorReason.AlreadySigned,
            _ => ErrorReason.InvalidRequest,
        };
        return new SigningException(
            reason, $"File '{fileName}' cannot be signed: {exception.Message}", innerException: exception);
    }
}
