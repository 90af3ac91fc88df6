using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Signet.Formats.SignedData;
using Signet.Formats.Zip;

namespace Signet.Formats.NuGetPackage;

/// <summary>A NuGet package that was read and awaits its signature.</summary>
/// <param name="archive">The package.</param>
/// <param name="old">The signature that is there; null for none.</param>
/// <param name="digest">Of the package without signature.</param>
/// <param name="hash">What it was made with.</param>
/// <param name="time">Says when the signature is made.</param>
internal sealed class PreparedNuGetPackage(
    ZipFile archive, ZipEntry? old, byte[] digest, HashAlgorithmName hash, TimeProvider time) : IPreparedSignature
{
    private const int MinKeyBits = 2048;

    // sha256WithRSAEncryption, and those with SHA-384 and SHA-512 (RFC 4055 section 5).
    private static readonly string?[] SignatureAlgorithms =
        ["1.2.840.113549.1.1.11", "1.2.840.113549.1.1.12", "1.2.840.113549.1.1.13"];

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Edit>> SignAsync(
        ISigner signer, ITimestamper? timestamper, CancellationToken cancellationToken)
    {
        CheckKey(signer);
        var content = SignedContent.Carried(PackageSignatureContent.Write(digest, hash), hash);
        SignedAttribute[] attributes =
        [
            SignedAttribute.SigningTime(time.GetUtcNow()),
            SignedAttribute.SigningCertificate(signer.CertificateChain[0], hash),
            PackageSignatureContent.ProofOfOrigin,
        ];
        var signature = await SignedDataSigner.SignAsync(content, attributes, signer, timestamper, cancellationToken)
            .ConfigureAwait(false);
        var editor = new ZipEditor(archive);
        if (old is not null)
        {
            editor.Remove(old);
        }

        editor.AddLast(NuGetPackageFormat.SignatureEntry, PackedContent.Pack(signature, compress: false));
        return editor.ToEdits();
    }

    // Section "Signing certificate requirements".
    private static void CheckKey(ISigner signer)
    {
        var certificate = signer.CertificateChain[0];
        using var key = certificate.GetRSAPublicKey();
        if (signer.Scheme != SignatureScheme.RsaPkcs1 || key is null || key.KeySize < MinKeyBits)
        {
            throw new SignatureFormatException(
                FormatFailure.InvalidChoice,
                $"NuGet takes RSA keys of {MinKeyBits} bits and more, PKCS#1 v1.5, and not a key of this kind ({signer.Scheme}).");
        }

        if (!SignatureAlgorithms.Contains(certificate.SignatureAlgorithm.Value))
        {
            throw new SignatureFormatException(
                FormatFailure.InvalidChoice,
                "NuGet takes certificates that were signed with RSA and SHA-2, and the issuer of this one signed it in another way ("
                + $"{certificate.SignatureAlgorithm.FriendlyName ?? certificate.SignatureAlgorithm.Value}).");
        }
    }
}
