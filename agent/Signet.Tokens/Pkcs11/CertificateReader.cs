using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Net.Pkcs11Interop.Common;

namespace Signet.Tokens.Pkcs11;

/// <summary>The certificates that a token holds, read once.</summary>
/// <param name="reader">A session of the token.</param>
internal sealed class CertificateReader(ObjectReader reader)
{
    /// <summary>A token with more certificates than these is a store of certificates; the rest is not looked at.</summary>
    private const int MostCertificates = 500;

    private List<TokenCertificate>? _certificates;

    /// <summary>Every certificate of the token, in its order; those that cannot be read as X.509 are left out.</summary>
    public IReadOnlyList<TokenCertificate> All => _certificates ??=
    [
        .. reader.Find(CKO.CKO_CERTIFICATE).Take(MostCertificates).Select(handle => Parse(
                reader.Bytes(handle, CKA.CKA_VALUE) ?? [], reader.Bytes(handle, CKA.CKA_ID) ?? [], reader.Text(handle, CKA.CKA_LABEL)))
            .OfType<TokenCertificate>(),
    ];

    /// <summary>Those of a public key, then every issuer of them that the token holds, nearest first.</summary>
    /// <param name="publicKey">DER SubjectPublicKeyInfo.</param>
    public IReadOnlyList<byte[]> ChainsOf(byte[] publicKey)
    {
        var chosen = All.Where(certificate => certificate.PublicKey.AsSpan().SequenceEqual(publicKey)).ToList();
        for (var index = 0; index < chosen.Count; index++)
        {
            var issuer = chosen[index].Issuer;
            chosen.AddRange(All.Where(candidate => candidate.Subject.AsSpan().SequenceEqual(issuer) && !chosen.Contains(candidate)));
        }

        return [.. chosen.Select(certificate => certificate.Der)];
    }

    private static TokenCertificate? Parse(byte[] der, byte[] id, string label)
    {
        try
        {
            using var certificate = X509CertificateLoader.LoadCertificate(der);
            return new TokenCertificate(
                certificate.RawData, id, label, certificate.SubjectName.RawData, certificate.IssuerName.RawData,
                certificate.PublicKey.ExportSubjectPublicKeyInfo());
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}

/// <summary>A certificate object of a token.</summary>
/// <param name="Der">The certificate.</param>
/// <param name="Id">CKA_ID; empty where it has none.</param>
/// <param name="Label">CKA_LABEL; empty where it has none.</param>
/// <param name="Subject">DER of the subject's name.</param>
/// <param name="Issuer">DER of the issuer's name.</param>
/// <param name="PublicKey">DER SubjectPublicKeyInfo.</param>
internal sealed record TokenCertificate(byte[] Der, byte[] Id, string Label, byte[] Subject, byte[] Issuer, byte[] PublicKey);
