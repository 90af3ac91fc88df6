using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Signet.Formats;
using Signet.Formats.OpenPgp;
using Signet.Testing.Certificates;

namespace Signet.Fuzz;

/// <summary>A key that answers at once with a signature that does not hold: for tests of what is around the signature.</summary>
public sealed class IdleSigner : ISigner, IDisposable
{
    private readonly RSA _key = RSA.Create(2048);
    private readonly TrustAnchors _trust;

    /// <summary>Makes a key and a certificate for it.</summary>
    public IdleSigner()
    {
        // RSA, because NuGet takes no other certificates.
        var authority = ThrowawayCa.CreateRsa("Idle root");
        var now = TimeProvider.System.GetUtcNow();
        CertificateChain = [authority.IssueCodeSigning(new PublicKey(_key), "Idle", now.AddDays(-1), now.AddDays(30)), authority.Certificate];
        Timestamper = new SeedTimestamper();

        // A key in memory never waits.
        var openPgpKey = OpenPgpKeyExport.CreateAsync(AtWork, now, CancellationToken.None).GetAwaiter().GetResult().Armoured;
        _trust = new TrustAnchors
        {
            SigningRoots = new X509Certificate2Collection(authority.Certificate),
            TimestampRoots = new X509Certificate2Collection(Timestamper.Root),
            SignerCertificates = new X509Certificate2Collection(CertificateChain[0]),
            OpenPgpKeys = [openPgpKey],
            Now = now,
        };
    }

    public IReadOnlyList<X509Certificate2> CertificateChain { get; }

    public SignatureScheme Scheme => SignatureScheme.RsaPkcs1;

    public OpenPgpIdentity? OpenPgp { get; } = new("Idle <idle@example.com>", DateTimeOffset.UnixEpoch.AddYears(50));

    /// <summary>
    /// The same key at work. Seeds that it signed lead past the checks of signatures to those of certificates and timestamps.
    /// </summary>
    public ISigner AtWork => new Working(this);

    /// <summary>Stamps seeds.</summary>
    public SeedTimestamper Timestamper { get; }

    /// <summary>Under which the seeds hold.</summary>
    /// <param name="buildChains">Whether chains are built, which costs more than the rest.</param>
    public TrustAnchors Trust(bool buildChains) => _trust with { SkipChains = !buildChains };

    public Task<byte[]> SignDigestAsync(
        ReadOnlyMemory<byte> digest, HashAlgorithmName hashAlgorithm, CancellationToken cancellationToken) =>
        Task.FromResult(new byte[256]);

    public void Dispose()
    {
        _key.Dispose();
        Timestamper.Dispose();
    }

    private sealed class Working(IdleSigner idle) : ISigner
    {
        public IReadOnlyList<X509Certificate2> CertificateChain => idle.CertificateChain;

        public SignatureScheme Scheme => idle.Scheme;

        public OpenPgpIdentity? OpenPgp => idle.OpenPgp;

        public Task<byte[]> SignDigestAsync(
            ReadOnlyMemory<byte> digest, HashAlgorithmName hashAlgorithm, CancellationToken cancellationToken) =>
            Task.FromResult(idle._key.SignHash(digest.Span, hashAlgorithm, RSASignaturePadding.Pkcs1));
    }
}
