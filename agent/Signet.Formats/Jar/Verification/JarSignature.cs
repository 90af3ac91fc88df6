using System.Formats.Asn1;
using System.Security.Cryptography;
using Signet.Formats.SignedData.Verification;

namespace Signet.Formats.Jar.Verification;

/// <summary>One signature of a JAR: a .SF file with its block.</summary>
internal sealed class JarSignature(byte[] file, byte[]? block, ManifestReader manifest, EntryCheck entries)
{
    private const string MessageDigestType = "1.2.840.113549.1.9.4";

    private readonly List<string> _problems = [];

    /// <summary>Checks it.</summary>
    public SignatureReport Verify(TrustAnchors trust)
    {
        var cms = block is null ? null : CmsCheck.Read(block, file, trust.KnownCertificates);
        if (cms is null)
        {
            _problems.Add(block is null
                ? "Its signature block is missing."
                : "Its signature block is no PKCS#7 signature.");
            return new SignatureReport(null, [], "unknown", default, null, null, null, null, _problems);
        }

        cms.Check(trust, _problems);
        CheckCoverage(ManifestReader.Read(file));
        return cms.Report(MessageDigest(cms), _problems);
    }

    private static byte[] MessageDigest(CmsCheck cms)
    {
        try
        {
            return cms.SignedAttribute(MessageDigestType) is { } value
                ? AsnDecoder.ReadOctetString(value, AsnEncodingRules.BER, out _)
                : [];
        }
        catch (AsnContentException)
        {
            return [];
        }
    }

    // "Signed JAR File", section "Signature Validation": the whole manifest is as it was signed, or else its main section and
    // each section that counts.
    private void CheckCoverage(ManifestReader signed)
    {
        var whole = StatedDigests.Find(signed.Main, "-Digest-Manifest");
        var holds = whole.Count > 0 && whole.All(digest =>
            Convert.ToBase64String(CryptographicOperations.HashData(digest.Hash, manifest.Bytes)) == digest.Base64);
        if (!holds && StatedDigests.Find(signed.Main, "-Digest-Manifest-Main-Attributes") is { Count: > 0 } main
            && !main.All(digest => manifest.MainHas(digest.Hash, digest.Base64)))
        {
            _problems.Add("The main attributes of the manifest were changed after it was signed.");
        }

        Add(entries.Wrong, "changed after the JAR was signed");
        Add(entries.Missing.Where(name => signed.Find(name) is not null), "removed after the JAR was signed");
        Add(entries.Unlisted, "not in the manifest with an accepted digest");
        Add(entries.Sound.Where(name => signed.Find(name) is null), "not covered by this signature");
        if (!holds)
        {
            Add(
                signed.Names.Where(name => !SectionHolds(name, signed.Find(name)!)),
                "covered by a digest of another section of the manifest, or by one that is not accepted");
        }
    }

    private bool SectionHolds(string name, IReadOnlyDictionary<string, string> attributes)
    {
        var stated = StatedDigests.Find(attributes, "-Digest");
        return stated.Count > 0 && stated.All(digest => manifest.SectionHas(name, digest.Hash, digest.Base64));
    }

    private void Add(IEnumerable<string> names, string what)
    {
        var list = names.ToList();
        if (list.Count > 0)
        {
            _problems.Add(list.Count == 1
                ? $"'{list[0]}' is {what}."
                : $"{list.Count} entries are {what}, the first is '{list[0]}'.");
        }
    }
}
