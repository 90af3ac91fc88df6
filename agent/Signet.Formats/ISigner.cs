using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Signet.Formats;

/// <summary>
/// Signs digests with one key. What a format knows of the key: its certificates and how its signatures look.
/// </summary>
/// <remarks>Implementations are safe for use by several threads at once.</remarks>
public interface ISigner
{
    /// <summary>The signing certificate first, then its issuers in order, as far as they are to be embedded.</summary>
    IReadOnlyList<X509Certificate2> CertificateChain { get; }

    /// <summary>How this key signs.</summary>
    SignatureScheme Scheme { get; }

    /// <summary>What it is as an OpenPGP key; null for a key that is none.</summary>
    OpenPgpIdentity? OpenPgp => null;

    /// <summary>Signs a digest.</summary>
    /// <param name="digest">As long as <paramref name="hashAlgorithm"/> says: 32, 48 or 64 bytes.</param>
    /// <param name="hashAlgorithm">What the digest was made with: SHA-256, SHA-384 or SHA-512.</param>
    /// <param name="cancellationToken">Ends the wait; the key may have been used all the same.</param>
    /// <returns>
    /// RSA: as long as the modulus. ECDSA: r and s one behind the other, each as long as the order (IEEE P1363).
    /// </returns>
    Task<byte[]> SignDigestAsync(
        ReadOnlyMemory<byte> digest, HashAlgorithmName hashAlgorithm, CancellationToken cancellationToken);
}
