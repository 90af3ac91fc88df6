using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Google.Protobuf;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;

namespace Signet.Tokens.Pfx;

/// <summary>The private key of a PFX file, in the memory of this process alone.</summary>
internal sealed class PfxKey : IDisposable
{
    private readonly AsymmetricAlgorithm _key;

    private PfxKey(AsymmetricAlgorithm key, TokenKey description)
    {
        _key = key;
        Description = description;
    }

    /// <summary>The key as the protocol describes it; no hardware flag is set.</summary>
    public TokenKey Description { get; }

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="label">The label that the key gets.</param>
    /// <param name="password">Its password, UTF-8. .NET makes copies of its own while it derives the file's keys.</param>
    /// <exception cref="SigningException">INVALID_REQUEST for a wrong password, TOKEN_FAILED for a file of no use.</exception>
    public static PfxKey Load(string path, string label, byte[] password)
    {
        // Twice as long as needed at most, pinned, and zeroed below.
        var characters = GC.AllocateArray<char>(Encoding.UTF8.GetMaxCharCount(password.Length), pinned: true);
        try
        {
            var count = Encoding.UTF8.GetChars(password, characters);
            var loaded = X509CertificateLoader.LoadPkcs12Collection(
                File.ReadAllBytes(path), characters.AsSpan(0, count), X509KeyStorageFlags.EphemeralKeySet);
            return Take(loaded, label);
        }
        catch (CryptographicException exception)
        {
            throw new SigningException(
                ErrorReason.InvalidRequest, "The password is wrong, or the file is no intact PFX file.", innerException: exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new SigningException(
                ErrorReason.TokenFailed, "The PFX file cannot be read. Check that the agent's account may read it.", innerException: exception);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(System.Runtime.InteropServices.MemoryMarshal.AsBytes(characters.AsSpan()));
        }
    }

    /// <summary>Signs a digest with a mechanism that fits the key.</summary>
    /// <param name="digest">The digest.</param>
    /// <param name="mechanism">The mechanism, checked.</param>
    /// <returns>RSA: as long as the modulus. ECDSA: r || s.</returns>
    public byte[] Sign(ReadOnlySpan<byte> digest, SignatureMechanism mechanism) => _key switch
    {
        RSA rsa => rsa.SignHash(digest, HashOf(digest.Length), PaddingOf(mechanism)),
        ECDsa ecdsa => ecdsa.SignHash(digest),
        _ => throw new InvalidOperationException("The key is neither RSA nor ECDSA."),
    };

    /// <summary>Drops the key.</summary>
    public void Dispose() => _key.Dispose();

    private static PfxKey Take(X509Certificate2Collection loaded, string label)
    {
        try
        {
            var withKey = loaded.Where(certificate => certificate.HasPrivateKey).ToList();
            if (withKey is not [var certificate])
            {
                throw new SigningException(
                    ErrorReason.TokenFailed, $"The PFX file holds {withKey.Count} private keys; it must hold exactly one.");
            }

            AsymmetricAlgorithm key = (AsymmetricAlgorithm?)certificate.GetRSAPrivateKey() ?? certificate.GetECDsaPrivateKey()
                ?? throw new SigningException(ErrorReason.TokenFailed, "The key in the PFX file is neither RSA nor ECDSA.");
            var description = new TokenKey
            {
                Label = label,
                Reference = label,
                SignsPkcs1 = key is RSA,
                SignsPss = key is RSA,
                Algorithm = key is RSA ? KeyAlgorithm.Rsa : KeyAlgorithm.Ec,
                SizeBits = key.KeySize,
                PublicKey = ByteString.CopyFrom(certificate.PublicKey.ExportSubjectPublicKeyInfo()),
            };

            // The signing certificate first, as for a token.
            description.Certificates.Add(ByteString.CopyFrom(certificate.RawData));
            description.Certificates.AddRange(
                loaded.Where(other => !other.HasPrivateKey).Select(other => ByteString.CopyFrom(other.RawData)));
            return new PfxKey(key, description);
        }
        finally
        {
            foreach (var certificate in loaded)
            {
                certificate.Dispose();
            }
        }
    }

    private static HashAlgorithmName HashOf(int digestBytes) => digestBytes switch
    {
        32 => HashAlgorithmName.SHA256,
        48 => HashAlgorithmName.SHA384,
        _ => HashAlgorithmName.SHA512,
    };

    private static RSASignaturePadding PaddingOf(SignatureMechanism mechanism) => mechanism
        is SignatureMechanism.RsaPssSha256 or SignatureMechanism.RsaPssSha384 or SignatureMechanism.RsaPssSha512
        ? RSASignaturePadding.Pss
        : RSASignaturePadding.Pkcs1;
}
