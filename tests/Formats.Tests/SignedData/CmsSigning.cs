using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using Signet.Testing.Certificates;

namespace Signet.Formats.Tests.SignedData;

/// <summary>Certificates with their keys, and .NET's own signer with them.</summary>
internal static class CmsSigning
{
    /// <summary>A certificate for code signing with a new key.</summary>
    /// <param name="authority">Issues it.</param>
    /// <param name="algorithm">RSA or ECDSA.</param>
    public static X509Certificate2 Issue(ThrowawayCa authority, string algorithm)
    {
        using var rsa = RSA.Create(2048);
        using var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        var now = TimeProvider.System.GetUtcNow();
        var issued = authority.IssueCodeSigning(
            algorithm == "RSA" ? new PublicKey(rsa) : new PublicKey(ecdsa),
            new X500DistinguishedName("CN=Signer, O=Signet tests"), now.AddDays(-1), now.AddDays(30));
        return algorithm == "RSA" ? issued.CopyWithPrivateKey(rsa) : issued.CopyWithPrivateKey(ecdsa);
    }

    /// <summary>A signer that puts its own certificate into the signature.</summary>
    /// <param name="certificate">With its key.</param>
    /// <param name="identifier">How the signature names it.</param>
    /// <param name="hash">Name of the hash, for instance SHA256.</param>
    public static CmsSigner Signer(X509Certificate2 certificate, SubjectIdentifierType identifier, string hash) =>
        new(identifier, certificate)
        {
            IncludeOption = X509IncludeOption.EndCertOnly,
            DigestAlgorithm = new Oid(CryptoConfig.MapNameToOID(hash)!),
        };
}
