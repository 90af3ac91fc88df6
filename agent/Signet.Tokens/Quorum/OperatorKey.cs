using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using NSec.Cryptography;

namespace Signet.Tokens.Quorum;

/// <summary>
/// An operator's own key pair for the shares of a quorum: made in the operator's process, its private half sealed with the
/// operator's passphrase (Argon2id, RFC 9106, then AES-256-GCM). The passphrase never leaves that process.
/// </summary>
/// <param name="Certificate">Self-signed, DER.</param>
/// <param name="SealedKey">The sealed private key as JSON.</param>
public sealed record OperatorKey(byte[] Certificate, byte[] SealedKey)
{
    private const int RsaBits = 3072;
    private const int SaltBytes = 16;

    // The second choice of RFC 9106 section 4 has 64 MiB; this is four times that, about 0.6 s.
    private const int MemoryKib = 256 * 1024;
    private const int Passes = 3;
    private const int MostMemoryKib = 1024 * 1024;
    private const int MostPasses = 10;

    /// <summary>Makes a key pair and seals it.</summary>
    /// <param name="account">The operator's account; it stands in the certificate.</param>
    /// <param name="passphrase">UTF-8. The caller zeroes it.</param>
    /// <param name="now">The time now.</param>
    public static OperatorKey Create(string account, ReadOnlySpan<byte> passphrase, DateTimeOffset now)
    {
        using var rsa = RSA.Create(RsaBits);
        var name = new X500DistinguishedNameBuilder();
        name.AddCommonName("Signet operator " + account);
        var request = new CertificateRequest(name.Build(), rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyEncipherment, critical: true));
        using var certificate = request.CreateSelfSigned(now, now.AddYears(30));
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        var key = Derive(passphrase, salt, MemoryKib, Passes);
        var privateKey = rsa.ExportPkcs8PrivateKey();
        try
        {
            var box = SealedSecret.Seal(key, privateKey, Context(certificate.RawData));
            return new OperatorKey(
                certificate.RawData, JsonSerializer.SerializeToUtf8Bytes(new Sealed("argon2id", MemoryKib, Passes, salt, box)));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
            CryptographicOperations.ZeroMemory(privateKey);
        }
    }

    /// <summary>Opens the private key.</summary>
    /// <param name="passphrase">UTF-8. The caller zeroes it.</param>
    /// <returns>The key; null for a wrong passphrase.</returns>
    /// <exception cref="InvalidDataException">The sealed key is not one that this version knows.</exception>
    public RSA? Open(ReadOnlySpan<byte> passphrase)
    {
        var sealedKey = JsonSerializer.Deserialize<Sealed>(SealedKey);
        if (sealedKey is not { Kdf: "argon2id", MemoryKib: >= 8 and <= MostMemoryKib, Passes: >= 1 and <= MostPasses, Salt.Length: SaltBytes })
        {
            throw new InvalidDataException("The sealed key of this operator is damaged, or a newer Signet made it.");
        }

        var key = Derive(passphrase, sealedKey.Salt, sealedKey.MemoryKib, sealedKey.Passes);
        var privateKey = Array.Empty<byte>();
        try
        {
            privateKey = SealedSecret.Open(key, sealedKey.Box, Context(Certificate));
            var rsa = RSA.Create();
            rsa.ImportPkcs8PrivateKey(privateKey, out _);
            return rsa;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
            CryptographicOperations.ZeroMemory(privateKey);
        }
    }

    private static string Context(byte[] certificate) =>
        "signet operator key " + Convert.ToHexStringLower(SHA256.HashData(certificate));

    private static byte[] Derive(ReadOnlySpan<byte> passphrase, byte[] salt, int memoryKib, int passes)
    {
        var parameters = new Argon2Parameters { DegreeOfParallelism = 1, MemorySize = memoryKib, NumberOfPasses = passes };
        return new Argon2id(parameters).DeriveBytes(passphrase, salt, SealedSecret.KeyBytes);
    }

    private sealed record Sealed(string Kdf, int MemoryKib, int Passes, byte[] Salt, byte[] Box);
}
