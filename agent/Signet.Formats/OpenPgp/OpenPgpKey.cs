using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Signet.Formats.OpenPgp;

/// <summary>A signer's key as an OpenPGP key of version 4 (RFC 9580 section 5.5.2.2).</summary>
internal sealed class OpenPgpKey
{
    private const byte Version4 = 4;
    private const byte Rsa = 1;
    private const byte Ecdsa = 19;

    private OpenPgpKey(ISigner signer, OpenPgpIdentity identity)
    {
        Identity = identity;
        var writer = new PacketWriter().Byte(Version4).Time(identity.CreatedAt);
        var certificate = signer.CertificateChain[0];
        using var rsa = certificate.GetRSAPublicKey();
        if (rsa is not null)
        {
            Algorithm = Rsa;
            var key = rsa.ExportParameters(includePrivateParameters: false);
            Body = writer.Byte(Rsa).Mpi(key.Modulus).Mpi(key.Exponent).ToArray();
        }
        else
        {
            Algorithm = Ecdsa;
            Body = WriteEcdsa(writer, certificate);
        }

        FramedBody = new PacketWriter().Byte(0x99).UInt16(Body.Length).Bytes(Body).ToArray();
        Fingerprint = HashFingerprint(FramedBody);
    }

    /// <summary>Name, address and time of making.</summary>
    public OpenPgpIdentity Identity { get; }

    /// <summary>Public key algorithm (section 9.1).</summary>
    public byte Algorithm { get; }

    /// <summary>Body of the public key packet.</summary>
    public byte[] Body { get; }

    /// <summary>The body as it goes into hashes (section 5.2.4).</summary>
    public byte[] FramedBody { get; }

    /// <summary>Of version 4: 20 bytes, of which the last 8 are the key id (section 5.5.4.2).</summary>
    public byte[] Fingerprint { get; }

    /// <summary>The user id in UTF-8.</summary>
    public byte[] UserIdBytes => Encoding.UTF8.GetBytes(Identity.UserId);

    /// <summary>What a signer is in OpenPGP, checked for what is to be signed with it.</summary>
    /// <exception cref="SignatureFormatException">It is no OpenPGP key, or OpenPGP cannot sign so.</exception>
    public static OpenPgpKey Of(ISigner signer, HashAlgorithmName hash)
    {
        if (signer.OpenPgp is not { } identity)
        {
            throw Invalid("The key is no OpenPGP key: its entry in signet.yaml has no 'openpgp' with a user id and a time.");
        }

        if (signer.Scheme == SignatureScheme.RsaPss)
        {
            throw Invalid("OpenPGP knows RSA with PKCS#1 v1.5 and ECDSA, and not RSA-PSS.");
        }

        if (signer.Scheme == SignatureScheme.Ecdsa && SmallestHashOf(signer) is var smallest && HashBytes(hash) < HashBytes(smallest))
        {
            // RFC 9580 section 5.2.3.2; GnuPG refuses such signatures.
            throw Invalid($"OpenPGP wants a hash as long as the curve for ECDSA: {smallest.Name} or longer, and not {hash.Name}.");
        }

        return new OpenPgpKey(signer, identity);
    }

    /// <summary>The shortest hash that OpenPGP lets the key sign.</summary>
    public static HashAlgorithmName SmallestHashOf(ISigner signer)
    {
        using var ecdsa = signer.CertificateChain[0].GetECDsaPublicKey();
        return (ecdsa?.KeySize ?? 0) switch
        {
            > 384 => HashAlgorithmName.SHA512,
            > 256 => HashAlgorithmName.SHA384,
            _ => HashAlgorithmName.SHA256,
        };
    }

    private static int HashBytes(HashAlgorithmName hash) => hash.Name switch { "SHA256" => 32, "SHA384" => 48, _ => 64 };

    // Section 5.5.5.4: the curve's identifier, then the point 04 || x || y.
    private static byte[] WriteEcdsa(PacketWriter writer, X509Certificate2 certificate)
    {
        using var ecdsa = certificate.GetECDsaPublicKey()
            ?? throw Invalid("An OpenPGP key is RSA or ECDSA here, and the certificate's key is neither.");
        var key = ecdsa.ExportParameters(includePrivateParameters: false);
        var curve = ecdsa.KeySize switch
        {
            256 => Convert.FromHexString("2A8648CE3D030107"),
            384 => Convert.FromHexString("2B81040022"),
            521 => Convert.FromHexString("2B81040023"),
            _ => throw Invalid($"OpenPGP knows P-256, P-384 and P-521 here, and no curve of {ecdsa.KeySize} bits."),
        };
        return writer.Byte(Ecdsa).Byte((byte)curve.Length).Bytes(curve).Mpi([4, .. key.Q.X!, .. key.Q.Y!]).ToArray();
    }

    // SHA-1 is what makes a fingerprint of version 4; nothing is signed with it.
#pragma warning disable CA5350
    private static byte[] HashFingerprint(byte[] framedBody) => SHA1.HashData(framedBody);
#pragma warning restore CA5350

    private static SignatureFormatException Invalid(string message) => new(FormatFailure.InvalidChoice, message);
}
