namespace Signet.Formats.Msix;

/// <summary>The errors of app packages.</summary>
internal static class PackageErrors
{
    /// <summary>A package breaks a rule.</summary>
    /// <param name="what">What is wrong, in one clause.</param>
    /// <param name="cause">Where it comes from; null where it was found here.</param>
    public static SignatureFormatException Malformed(string what, Exception? cause = null) =>
        new(FormatFailure.Malformed, $"This is no well-formed app package: {what}.", cause);
}
