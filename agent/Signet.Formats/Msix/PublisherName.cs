using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Signet.Formats.Msix;

/// <summary>
/// The publisher of a manifest against the subject of a certificate. Windows installs a package only where both are the
/// same name: attributes in the same order, values in the same letters. How it is written (quotes, blanks, S or ST) is no
/// matter.
/// </summary>
internal static class PublisherName
{
    /// <summary>Whether both are the same name.</summary>
    public static bool Matches(string publisher, X500DistinguishedName subject)
    {
        try
        {
            return Parse(publisher).SequenceEqual(Attributes(subject));
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static IEnumerable<(string Type, string Value)> Parse(string publisher) =>
        Attributes(new X500DistinguishedName(publisher, X500DistinguishedNameFlags.Reversed));

    private static IEnumerable<(string Type, string Value)> Attributes(X500DistinguishedName name)
    {
        foreach (var relative in name.EnumerateRelativeDistinguishedNames(reversed: false))
        {
            if (relative.HasMultipleElements)
            {
                // Rare, and Windows has no stable order for them: compared as they are encoded.
                yield return (string.Empty, Convert.ToHexString(relative.RawData.Span));
            }
            else
            {
                yield return (relative.GetSingleElementType().Value!, relative.GetSingleElementValue() ?? string.Empty);
            }
        }
    }
}
