using System.Security.Cryptography.X509Certificates;
using Org.BouncyCastle.Bcpg;
using Org.BouncyCastle.Bcpg.OpenPgp;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Security;

namespace Signet.Formats.OpenPgp;

/// <summary>
/// The OpenPGP public key of a certificate's key, made by BouncyCastle: what signatures are checked against, so it shares
/// no code with what signs.
/// </summary>
/// <param name="Encoded">The public key packet (RFC 9580 section 5.5.1.1).</param>
/// <param name="Fingerprint">Of version 4 (section 5.5.4.2), in lower-case hexadecimal.</param>
public sealed record OpenPgpPublicKey(ReadOnlyMemory<byte> Encoded, string Fingerprint)
{
    /// <summary>Makes it.</summary>
    /// <param name="certificate">Whose key: RSA, or ECDSA on P-256, P-384 or P-521.</param>
    /// <param name="identity">Its creation time is part of the key.</param>
    /// <exception cref="SignatureFormatException">OpenPGP knows no such key.</exception>
    public static OpenPgpPublicKey FromCertificate(X509Certificate2 certificate, OpenPgpIdentity identity)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        ArgumentNullException.ThrowIfNull(identity);
        var parameters = PublicKeyFactory.CreateKey(certificate.PublicKey.ExportSubjectPublicKeyInfo());
        var algorithm = parameters switch
        {
            RsaKeyParameters => PublicKeyAlgorithmTag.RsaGeneral,
            ECPublicKeyParameters => PublicKeyAlgorithmTag.ECDsa,
            _ => throw new SignatureFormatException(
                FormatFailure.InvalidChoice, "An OpenPGP key is RSA or ECDSA here, and the certificate's key is neither."),
        };
        var key = new PgpPublicKey(algorithm, parameters, identity.CreatedAt.UtcDateTime);
        return new OpenPgpPublicKey(key.GetEncoded(), Convert.ToHexStringLower(key.GetFingerprint()));
    }
}
