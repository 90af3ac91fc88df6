using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;

namespace Signet.Formats.Authenticode.Verification;

/// <summary>The RFC 3161 timestamp of a signature.</summary>
/// <param name="Time">What it says.</param>
/// <param name="Authority">Who says it.</param>
internal sealed record EmbeddedTimestamp(DateTimeOffset Time, X509Certificate2 Authority)
{
    private const string AuthenticodeType = "1.3.6.1.4.1.311.3.3.1";
    private const string TimestampingUsage = "1.3.6.1.5.5.7.3.8";

    /// <summary>Reads and checks it.</summary>
    /// <param name="signer">Who signed.</param>
    /// <param name="trust">Which roots are trusted.</param>
    /// <param name="problems">Gets what is wrong with it.</param>
    /// <param name="type">The unsigned attribute that holds it: Authenticode's own, or that of RFC 3161 appendix A.</param>
    /// <returns>Null where there is none, or none that holds.</returns>
    public static EmbeddedTimestamp? Read(
        SignerInfo signer, TrustAnchors trust, List<string> problems, string type = AuthenticodeType)
    {
        var values = signer.UnsignedAttributes.Cast<CryptographicAttributeObject>()
            .Where(attribute => attribute.Oid.Value == type)
            .SelectMany(attribute => attribute.Values.Cast<AsnEncodedData>()).ToList();
        if (values.Count == 0)
        {
            return null;
        }

        if (values.Count > 1)
        {
            problems.Add("It has more than one timestamp.");
            return null;
        }

        try
        {
            return Check(values[0].RawData, signer.GetSignature(), trust, problems);
        }
        catch (CryptographicException)
        {
            problems.Add("Its timestamp cannot be read.");
            return null;
        }
    }

    /// <summary>Checks a timestamp token over a signature.</summary>
    /// <param name="encoded">The token.</param>
    /// <param name="signature">What its imprint has to be of.</param>
    /// <param name="trust">Which roots are trusted.</param>
    /// <param name="problems">Gets what is wrong.</param>
    /// <returns>Null where it does not hold.</returns>
    public static EmbeddedTimestamp? Check(byte[] encoded, byte[] signature, TrustAnchors trust, List<string> problems)
    {
        if (!Rfc3161TimestampToken.TryDecode(encoded, out var token, out var length) || length != encoded.Length)
        {
            problems.Add("Its timestamp cannot be read.");
            return null;
        }

        // Imprint, signature, the certificate's identifier, its extended key usage and its validity at that time.
        if (!token.VerifySignatureForData(signature, out var authority))
        {
            problems.Add("Its timestamp does not hold for this signature.");
            return null;
        }

        var time = token.TokenInfo.Timestamp;
        if (!trust.SkipChains && Chains.Problem(
            authority, token.AsSignedCms().Certificates, trust.TimestampRoots, TimestampingUsage, time) is { } problem)
        {
            problems.Add($"Its timestamp's certificate is not trusted: {problem}.");
            return null;
        }

        return new EmbeddedTimestamp(time, authority);
    }
}
