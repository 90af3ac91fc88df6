using System.Globalization;

namespace Signet.Formats.Zip;

/// <summary>Errors about archives, worded alike.</summary>
internal static class ZipErrors
{
    /// <summary>The archive breaks a rule.</summary>
    public static SignatureFormatException Malformed(FormattableString what, Exception? cause = null) => new(
        FormatFailure.Malformed,
        $"This is no well-formed ZIP archive: {what.ToString(CultureInfo.InvariantCulture)}.", cause);

    /// <summary>The archive uses what is not signed here.</summary>
    public static SignatureFormatException Unsupported(FormattableString what) => new(
        FormatFailure.Unsupported, $"This ZIP archive cannot be signed: {what.ToString(CultureInfo.InvariantCulture)}.");
}
