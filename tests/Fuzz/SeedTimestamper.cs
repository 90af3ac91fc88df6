using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Tsp;
using Org.BouncyCastle.Utilities.Collections;
using Signet.Formats;
using Signet.Testing.Certificates;

namespace Signet.Fuzz;

/// <summary>Stamps seeds in this process, so that fuzzing needs no server.</summary>
public sealed class SeedTimestamper : ITimestamper, IDisposable
{
    private readonly RSA _key = RSA.Create(2048);
    private readonly X509Certificate2 _certificate;

    /// <summary>Makes a key and a certificate for it.</summary>
    public SeedTimestamper()
    {
        var authority = ThrowawayCa.CreateRsa("Idle timestamp root");
        var now = TimeProvider.System.GetUtcNow();
        _certificate = authority.IssueTimeStamping(new PublicKey(_key), "Idle timestamps", now.AddDays(-1), now.AddDays(30));
        Root = authority.Certificate;
    }

    /// <summary>What its certificate chains to.</summary>
    public X509Certificate2 Root { get; }

    public Task<Rfc3161TimestampToken> TimestampAsync(
        ReadOnlyMemory<byte> signature, HashAlgorithmName hashAlgorithm, CancellationToken cancellationToken)
    {
        var request = Rfc3161TimestampRequest.CreateFromData(signature.Span, hashAlgorithm, requestSignerCertificates: true);
        var generator = new TimeStampTokenGenerator(
            Org.BouncyCastle.Security.DotNetUtilities.GetRsaKeyPair(_key).Private,
            new Org.BouncyCastle.X509.X509Certificate(_certificate.RawData), "2.16.840.1.101.3.4.2.1", "1.2.3.4");
        generator.SetCertificates(CollectionUtilities.CreateStore(
            new[] { _certificate, Root }.Select(certificate => new Org.BouncyCastle.X509.X509Certificate(certificate.RawData))));
        var token = generator.Generate(
            new TimeStampRequest(request.Encode()), BigInteger.One, TimeProvider.System.GetUtcNow().UtcDateTime);
        return Rfc3161TimestampToken.TryDecode(token.GetEncoded(), out var decoded, out _)
            ? Task.FromResult(decoded)
            : throw new InvalidOperationException("The token that was made cannot be read.");
    }

    public void Dispose()
    {
        _key.Dispose();
        _certificate.Dispose();
    }
}
