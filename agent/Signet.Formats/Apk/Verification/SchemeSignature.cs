using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Signet.Formats.Apk.Verification;

/// <summary>One signer's signature by scheme v2, v3 or v3.1, which has the form of v3.</summary>
internal sealed class SchemeSignature
{
    /// <summary>Scheme v3.1 as <see cref="Scheme"/> has it.</summary>
    public const int V31 = 31;

    // What a v2 signature says of v3, and a v3 signature of v3.1, so that nobody drops the newer one.
    private const uint StrippingProtection = 0xbeeff00d;
    private const uint RotationMinSdk = 0x559f8b02;

    private readonly byte[] _signedData;
    private readonly byte[] _publicKey;
    private readonly List<(uint Algorithm, byte[] Signature)> _signatures = [];
    private readonly List<(uint Algorithm, byte[] Digest)> _digests = [];
    private readonly List<X509Certificate2> _certificates = [];
    private readonly string? _versionProblem;

    /// <summary>Reads it.</summary>
    /// <exception cref="InvalidDataException">An element does not fit.</exception>
    /// <exception cref="CryptographicException">A certificate cannot be read.</exception>
    public SchemeSignature(ReadOnlySpan<byte> encoded, int scheme)
    {
        Scheme = scheme;
        var signer = new ElementReader(encoded);
        _signedData = signer.Next().ToArray();
        (MinSdk, MaxSdk) = scheme == 2 ? (0, 0) : (signer.Number(), signer.Number());
        ReadPairs(signer.Next(), _signatures);
        _publicKey = signer.Next().ToArray();

        var data = new ElementReader(_signedData);
        ReadPairs(data.Next(), _digests);
        var certificates = new ElementReader(data.Next());
        while (!certificates.IsEmpty)
        {
            _certificates.Add(X509CertificateLoader.LoadCertificate(certificates.Next()));
        }

        if (scheme != 2)
        {
            var same = (data.Number(), data.Number()) == (MinSdk, MaxSdk);
            _versionProblem = !same ? "states two ranges of Android versions"
                : MinSdk > MaxSdk ? "states a range of Android versions that is empty" : null;
        }

        var attributes = new ElementReader(data.Next());
        while (!attributes.IsEmpty)
        {
            var attribute = new ElementReader(attributes.Next());
            var id = attribute.Number();
            if (scheme == 2 && id == StrippingProtection)
            {
                NeedsV3 = attribute.Number() == 3;
            }
            else if (scheme == 3 && id == RotationMinSdk)
            {
                NeedsV31From = attribute.Number();
            }
        }
    }

    /// <summary>2, 3 or <see cref="V31"/>.</summary>
    public int Scheme { get; }

    /// <summary>The first API level that reads it; of v2 there is none.</summary>
    public uint MinSdk { get; }

    /// <summary>The last API level that reads it.</summary>
    public uint MaxSdk { get; }

    /// <summary>From which API level on a v3.1 signature is there, by its word; null where it says nothing.</summary>
    public uint? NeedsV31From { get; }

    /// <summary>The scheme as people write it.</summary>
    public string Name => Scheme == V31 ? "v3.1" : $"v{Scheme}";

    /// <summary>Whether it says that a v3 signature is there as well.</summary>
    public bool NeedsV3 { get; }

    /// <summary>Who signed; null where it does not say.</summary>
    public X509Certificate2? Signer => _certificates.FirstOrDefault();

    /// <summary>Every other certificate.</summary>
    public IReadOnlyList<X509Certificate2> Chain => [.. _certificates.Skip(1)];

    /// <summary>The strongest digest that it states.</summary>
    public (string Name, byte[] Value) Digest => _digests.Select(digest => (Hash: HashOf(digest.Algorithm), digest.Digest))
        .Where(digest => digest.Hash is not null).OrderByDescending(digest => digest.Digest.Length)
        .Select(digest => ("SHA-" + digest.Hash!.Value.Name![3..], digest.Digest)).FirstOrDefault(("unknown", []));

    /// <summary>The hashes that it needs of the content.</summary>
    public IEnumerable<HashAlgorithmName> Hashes => _digests.Select(digest => HashOf(digest.Algorithm)).OfType<HashAlgorithmName>();

    /// <summary>Checks signature, key and digest.</summary>
    /// <param name="digestOf">The content's digest by hash.</param>
    public IEnumerable<string> Check(IReadOnlyDictionary<HashAlgorithmName, byte[]> digestOf)
    {
        if (_versionProblem is not null)
        {
            yield return $"Its {Name} signature {_versionProblem}.";
        }

        if (Signer is null || !Signer.PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(_publicKey))
        {
            yield return $"Its {Name} signature is by another key than that of its certificate.";
        }

        var known = _signatures.Where(signature => HashOf(signature.Algorithm) is not null).ToList();
        if (known.Count == 0 || !known.All(signature => Holds(signature.Algorithm, signature.Signature)))
        {
            yield return $"Its {Name} signature is not valid for what it signs.";
        }

        // Both lists name the same algorithms, so that no weaker digest can be slipped in.
        if (!_signatures.Select(signature => signature.Algorithm).SequenceEqual(_digests.Select(digest => digest.Algorithm)))
        {
            yield return $"Its {Name} signature has digests of other algorithms than its signatures.";
        }

        if (_digests.Any(digest => HashOf(digest.Algorithm) is { } hash && !digestOf[hash].AsSpan().SequenceEqual(digest.Digest)))
        {
            yield return $"The APK was changed after it was signed: its {Name} digest is another one.";
        }
    }

    // Section "Signature Algorithm IDs" of scheme v2.
    private static HashAlgorithmName? HashOf(uint algorithm) => algorithm switch
    {
        0x0101 or 0x0103 or 0x0201 or 0x0301 => HashAlgorithmName.SHA256,
        0x0102 or 0x0104 or 0x0202 => HashAlgorithmName.SHA512,
        _ => null,
    };

    private static void ReadPairs(ReadOnlySpan<byte> encoded, List<(uint Algorithm, byte[] Value)> pairs)
    {
        var reader = new ElementReader(encoded);
        while (!reader.IsEmpty)
        {
            var pair = new ElementReader(reader.Next());
            pairs.Add((pair.Number(), pair.Next().ToArray()));
        }
    }

    private bool Holds(uint algorithm, byte[] signature)
    {
        try
        {
            var hash = HashOf(algorithm)!.Value;
            if (algorithm is 0x0201 or 0x0202)
            {
                using var ecdsa = Signer?.GetECDsaPublicKey();
                return ecdsa?.VerifyData(_signedData, signature, hash, DSASignatureFormat.Rfc3279DerSequence) == true;
            }

            using var rsa = Signer?.GetRSAPublicKey();
            return rsa?.VerifyData(
                _signedData, signature, hash, algorithm is 0x0101 or 0x0102 ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1) == true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
