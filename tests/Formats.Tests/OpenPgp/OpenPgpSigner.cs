using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Signet.Formats.Tests.Signers;

namespace Signet.Formats.Tests.OpenPgp;

/// <summary>A key in memory that is an OpenPGP key too.</summary>
internal sealed class OpenPgpSigner(InMemorySigner signer, OpenPgpIdentity identity) : ISigner, IDisposable
{
    public IReadOnlyList<X509Certificate2> CertificateChain => signer.CertificateChain;

    public SignatureScheme Scheme => signer.Scheme;

    public OpenPgpIdentity? OpenPgp => identity;

    public int Uses => signer.Uses;

    public Task<byte[]> SignDigestAsync(
        ReadOnlyMemory<byte> digest, HashAlgorithmName hashAlgorithm, CancellationToken cancellationToken) =>
        signer.SignDigestAsync(digest, hashAlgorithm, cancellationToken);

    public void Dispose() => signer.Dispose();
}
