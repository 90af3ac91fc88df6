using Signet.Formats;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;

namespace Signet.Agent.FileSigning;

/// <summary>Which format a file is signed in: the one that the request chose, or the one that is found.</summary>
/// <param name="Allowed">What the profile signs.</param>
/// <param name="Chosen">What the request chose; null for no choice.</param>
internal sealed record FormatRule(IReadOnlyCollection<string> Allowed, string? Chosen)
{
    /// <summary>The format of a file.</summary>
    /// <param name="formats">All that are known.</param>
    /// <param name="head">The first bytes of the file.</param>
    /// <param name="fileName">Its name in the manifest.</param>
    /// <exception cref="SignatureFormatException">No format has such a content, or name and content disagree.</exception>
    /// <exception cref="SigningException">UNSUPPORTED_FORMAT: the profile or the request does not want it.</exception>
    public ISignatureFormat Decide(FormatCatalog formats, ReadOnlySpan<byte> head, string fileName)
    {
        var format = Chosen is not null && formats.FindByFormatName(Chosen) is IDetachedFormat detached
            ? detached
            : formats.Find(head, fileName);
        if (Chosen is not null && format.Name != Chosen)
        {
            throw new SigningException(ErrorReason.UnsupportedFormat,
                $"File '{fileName}' has format '{format.Name}', and the request chose '{Chosen}'.");
        }

        return Allowed.Contains(format.Name)
            ? format
            : throw new SigningException(ErrorReason.UnsupportedFormat,
                $"File '{fileName}' has format '{format.Name}', which the profile does not sign.");
    }
}
