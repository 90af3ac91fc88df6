using System.Security.Cryptography;
using System.Text;
using Signet.Formats.Authenticode;
using Signet.Formats.SignedData;

namespace Signet.Formats.NuGetPackage;

/// <summary>What the signature of a package signs (specification, section "Package Signature Content").</summary>
internal static class PackageSignatureContent
{
    // id-aa-ets-commitmentType and id-cti-ets-proofOfOrigin (RFC 5126 section 5.11.1).
    private const string CommitmentType = "1.2.840.113549.1.9.16.2.16";
    private const string Origin = "1.2.840.113549.1.9.16.6.1";

    /// <summary>The attribute that makes it the signature of an author.</summary>
    public static SignedAttribute ProofOfOrigin { get; } = new(CommitmentType, writer =>
    {
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(Origin);
        }
    });

    /// <summary>Writes the content: sections of a MIME header's form, each ended by an empty line.</summary>
    /// <param name="digest">Of the package without signature.</param>
    /// <param name="hash">What it was made with.</param>
    public static byte[] Write(byte[] digest, HashAlgorithmName hash) => Encoding.ASCII.GetBytes(
        $"Version:1\n\n{ObjectIdentifiers.Of(hash)}-Hash:{Convert.ToBase64String(digest)}\n\n");
}
