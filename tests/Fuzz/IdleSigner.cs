using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Signet.Formats;
using Signet.Testing.Certificates;

namespace Signet.Fuzz;

/// <summary>A key that answers at once with a signature that does not hold: for tests of what is around the signature.</summary>
public sealed class IdleSigner : ISigner, IDisposable
{
    private readonly RSA _key = RSA.Create(2048);

    /// <summary>Makes a key and a certificate for it.</summary>
    public IdleSigner()
    {
        var authority = ThrowawayCa.Create("Idle root");
        var now = TimeProvider.System.GetUtcNow();
        CertificateChain = [authority.IssueCodeSigning(new PublicKey(_key), "Idle", now.AddDays(-1), now.AddDays(30)), authority.Certificate];
    }

    public IReadOnlyList<X509Certificate2> CertificateChain { get; }

    public SignatureScheme Scheme => SignatureScheme.RsaPkcs1;

    public OpenPgpIdentity? OpenPgp { get; } = new("Idle <idle@example.com>", DateTimeOffset.UnixEpoch.AddYears(50));

    public Task<byte[]> SignDigestAsync(
        ReadOnlyMemory<byte> digest, HashAlgorithmName hashAlgorithm, CancellationToken cancellationToken) =>
        Task.FromResult(new byte[256]);

    public void Dispose() => _key.Dispose();
}
