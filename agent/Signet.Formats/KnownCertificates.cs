using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Signet.Formats;

/// <summary>
/// Certificates that the caller has parsed already, so that a signature which carries one of them, byte for byte, need not parse
/// it again, nor decode its public key for each check: with OpenSSL 3 either takes longer than the check. They are not trusted
/// for it.
/// </summary>
/// <remarks>Safe for use by several threads at once. Keep it as long as the certificates: that is what it is for.</remarks>
/// <param name="certificates">Certificates; not disposed while this is used.</param>
public sealed class KnownCertificates(IEnumerable<X509Certificate2> certificates)
{
    private readonly X509Certificate2[] _certificates = [.. certificates];

    // A key is used by one thread at a time: .NET promises no more (System.Security.Cryptography.RSA, "Thread Safety").
    private readonly ConcurrentDictionary<X509Certificate2, ConcurrentBag<AsymmetricAlgorithm>> _keys =
        new(ReferenceEqualityComparer.Instance);

    /// <summary>The certificate of these bytes; null where it is not among them.</summary>
    internal X509Certificate2? Find(ReadOnlySpan<byte> encoded)
    {
        foreach (var certificate in _certificates)
        {
            if (certificate.RawDataMemory.Span.SequenceEqual(encoded))
            {
                return certificate;
            }
        }

        return null;
    }

    /// <summary>Whether a signature is that of one of these certificates over the data.</summary>
    /// <param name="certificate">One of these certificates.</param>
    /// <param name="data">What was signed.</param>
    /// <param name="signature">RSASSA-PKCS1-v1_5 (RFC 8017 section 8.2) or ECDSA (RFC 3279 section 2.2.3), as the key is.</param>
    /// <param name="hash">The hash that was signed.</param>
    /// <returns>False too for a key of another kind.</returns>
    internal bool Verify(
        X509Certificate2 certificate, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature, HashAlgorithmName hash)
    {
        var keys = _keys.GetOrAdd(certificate, static _ => []);
        if (!keys.TryTake(out var key))
        {
            key = (AsymmetricAlgorithm?)certificate.GetRSAPublicKey() ?? certificate.GetECDsaPublicKey();
        }

        var holds = key switch
        {
            RSA rsa => rsa.VerifyData(data, signature, hash, RSASignaturePadding.Pkcs1),
            ECDsa ecdsa => ecdsa.VerifyData(data, signature, hash, DSASignatureFormat.Rfc3279DerSequence),
            _ => false,
        };
        if (key is not null)
        {
            keys.Add(key);
        }

        return holds;
    }
}
