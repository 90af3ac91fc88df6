using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using Signet.Formats.SignedData.Verification;
using Signet.Testing.Certificates;

namespace Signet.Formats.Tests.SignedData;

/// <summary>A signature of .NET's own signer reads the same whether its certificates are known beforehand or not.</summary>
[TestFixture(SubjectIdentifierType.IssuerAndSerialNumber, "RSA", "SHA256")]
[TestFixture(SubjectIdentifierType.SubjectKeyIdentifier, "RSA", "SHA512")]
[TestFixture(SubjectIdentifierType.IssuerAndSerialNumber, "ECDSA", "SHA384")]
public sealed class DecodedSignedDataTests(SubjectIdentifierType identifier, string algorithm, string hash)
{
    private ThrowawayCa _authority = null!;
    private X509Certificate2 _certificate = null!;
    private byte[] _encoded = null!;

    [OneTimeSetUp]
    public void SetUp()
    {
        _authority = ThrowawayCa.Create("Root");
        _certificate = CmsSigning.Issue(_authority, algorithm);
        var cms = new SignedCms(new ContentInfo("what was signed"u8.ToArray()));
        var signer = CmsSigning.Signer(_certificate, identifier, hash);
        signer.Certificates.Add(_authority.Certificate);
        signer.SignedAttributes.Add(new Pkcs9SigningTime());
        cms.ComputeSignature(signer);
        _encoded = cms.Encode();
    }

    [OneTimeTearDown]
    public void TearDown() => _certificate.Dispose();

    [Test]
    public void Read_WhenEveryCertificateIsKnown_TakesThoseOfTheCaller()
    {
        X509Certificate2[] known = [_authority.Certificate, _certificate];
        var decoded = DecodedSignedData.Read(_encoded, null, new KnownCertificates(known));

        Assert.Multiple(() =>
        {
            Assert.That(decoded.Certificates, Has.Count.EqualTo(2));
            Assert.That(decoded.Certificates, Is.All.Matches<X509Certificate2>(found => known.Any(own => ReferenceEquals(own, found))));
            Assert.That(decoded.CertificateOf(decoded.Signers[0]), Is.SameAs(_certificate));
            Assert.That(() => decoded.CheckSignature(decoded.Signers[0]), Throws.Nothing);
        });
    }

    [Test]
    public void Read_WhenOneCertificateIsNotKnown_ReadsAllThatItCarries()
    {
        var decoded = DecodedSignedData.Read(_encoded, null, new KnownCertificates([_certificate]));

        Assert.Multiple(() =>
        {
            Assert.That(
                decoded.Certificates.Select(found => found.Thumbprint),
                Is.EquivalentTo([_certificate.Thumbprint, _authority.Certificate.Thumbprint]));
            Assert.That(decoded.CertificateOf(decoded.Signers[0]), Is.EqualTo(_certificate));
            Assert.That(() => decoded.CheckSignature(decoded.Signers[0]), Throws.Nothing);
        });
    }

    [Test]
    public void CheckSignature_WhenTheContentWasChanged_Throws([Values] bool known)
    {
        var changed = (byte[])_encoded.Clone();
        changed[changed.AsSpan().IndexOf("what was"u8)] ^= 1;
        var decoded = DecodedSignedData.Read(changed, null, known ? new KnownCertificates([_certificate, _authority.Certificate]) : null);

        Assert.That(() => decoded.CheckSignature(decoded.Signers[0]), Throws.InstanceOf<CryptographicException>());
    }

    [Test]
    public void CheckSignature_WhenTheSignatureIsOfAnotherKey_Throws()
    {
        // The signature is the last value of the structure (RFC 5652 section 5.3: there are no unsigned attributes).
        var changed = (byte[])_encoded.Clone();
        changed[^1] ^= 1;
        var decoded = DecodedSignedData.Read(changed, null, new KnownCertificates([_certificate, _authority.Certificate]));

        Assert.That(() => decoded.CheckSignature(decoded.Signers[0]), Throws.InstanceOf<CryptographicException>());
    }
}
