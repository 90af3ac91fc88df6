using Signet.Agent.Configuration;
using Signet.Agent.Keys;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;

namespace Signet.Agent.Rights;

/// <summary>What a signature is made under: a profile may change while that goes on.</summary>
/// <param name="Used">The profile that it is made with.</param>
/// <param name="Signer">The key.</param>
/// <param name="Formats">The formats that are signed.</param>
/// <param name="IsRecursive">Whether files inside of the file are signed.</param>
internal sealed record SignatureTerms(
    ProfileConfiguration Used, TokenSigner Signer, IReadOnlyCollection<string> Formats, bool IsRecursive)
{
    /// <summary>Throws unless the profile as it is now would sign alike.</summary>
    /// <param name="now">The profile as it is now.</param>
    /// <param name="keys">The keys as they are now.</param>
    /// <exception cref="SigningException">UNSUPPORTED_FORMAT, NOT_GRANTED, CERTIFICATE_INVALID or HARDWARE_REQUIRED.</exception>
    public void Require(ProfileConfiguration now, KeyRing keys)
    {
        if (ReferenceEquals(Used, now))
        {
            // Each load of the configuration makes its profiles anew, so this is the same configuration.
            return;
        }

        RequireFormats(Used, now, Formats);
        if (Used.Timestamp != now.Timestamp || (IsRecursive && !now.Recurse) || Used.Key != now.Key || !keys.IsStill(Signer))
        {
            throw new SigningException(ErrorReason.NotGranted,
                $"Profile '{now.Name}' or its key was changed while the file was being signed. Sign it again.");
        }

        if (keys.LastingProblem(Signer, now) is { } problem)
        {
            throw problem;
        }
    }

    /// <summary>Throws unless formats that a profile signed are still signed by it.</summary>
    /// <exception cref="SigningException">UNSUPPORTED_FORMAT.</exception>
    public static void RequireFormats(ProfileConfiguration used, ProfileConfiguration now, IEnumerable<string> formats)
    {
        if (formats.FirstOrDefault(format => used.Formats.Contains(format) && !now.Formats.Contains(format)) is { } gone)
        {
            throw new SigningException(ErrorReason.UnsupportedFormat,
                $"Profile '{now.Name}' does not sign format '{gone}' since its configuration was changed.");
        }
    }
}
