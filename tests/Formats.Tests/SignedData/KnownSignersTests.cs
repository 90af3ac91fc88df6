using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using Signet.Formats.SignedData.Verification;
using Signet.Testing.Certificates;

namespace Signet.Formats.Tests.SignedData;

/// <summary>The check with a key that was decoded before says yes to what .NET's own signer made, and to nothing else.</summary>
[TestFixture("RSA", "SHA256")]
[TestFixture("RSA", "SHA384")]
[TestFixture("ECDSA", "SHA512")]
public sealed class KnownSignersTests(string algorithm, string hash)
{
    private static readonly byte[] Content = [.. "what was signed"u8];

    private ThrowawayCa _authority = null!;
    private X509Certificate2 _certificate = null!;

    [OneTimeSetUp]
    public void SetUp()
    {
        _authority = ThrowawayCa.Create("Root");
        _certificate = CmsSigning.Issue(_authority, algorithm);
    }

    [OneTimeTearDown]
    public void TearDown() => _certificate.Dispose();

    [Test]
    public void Holds_WhenNothingWasChanged_SaysYes([Values] bool detached) =>
        Assert.That(Holds(Sign(_certificate, detached), detached ? Content : null, _certificate), Is.True);

    [Test]
    public void Holds_WhenTheContentWasChanged_SaysNo([Values] bool detached)
    {
        var signed = Sign(_certificate, detached);
        byte[] changed = [.. "what was Signed"u8];
        if (!detached)
        {
            changed.CopyTo(signed.AsSpan(signed.AsSpan().IndexOf(Content)));
        }

        Assert.That(Holds(signed, detached ? changed : null, _certificate), Is.False);
    }

    [Test]
    public void Holds_WhenAByteOfTheSignatureWasChanged_SaysNo()
    {
        var signed = Sign(_certificate, detached: false);
        signed[^1] ^= 1;
        Assert.That(Holds(signed, null, _certificate), Is.False);
    }

    [Test]
    public void Holds_WhenAnotherKeySigned_SaysNo()
    {
        using var other = CmsSigning.Issue(_authority, algorithm);
        var signed = Sign(other, detached: false);
        Assert.That(Holds(signed, null, other), Is.True);
        Assert.That(Holds(signed, null, other, holder: _certificate), Is.False);
    }

    [Test]
    public void Holds_WhenThereAreNoSignedAttributes_LeavesItToOthers()
    {
        var cms = new SignedCms(new ContentInfo(Content));
        cms.ComputeSignature(CmsSigning.Signer(_certificate, SubjectIdentifierType.IssuerAndSerialNumber, hash));
        Assert.That(Holds(cms.Encode(), null, _certificate), Is.False);
    }

    private static bool Holds(byte[] encoded, byte[]? detached, X509Certificate2 carried, X509Certificate2? holder = null)
    {
        var parts = SignedDataParts.Read(encoded);
        X509Certificate2[] certificates = holder is null ? [carried] : [carried, holder];
        var signers = KnownSigners.Find(parts, detached, new KnownCertificates(certificates));
        var cms = detached is null ? new SignedCms() : new SignedCms(new ContentInfo(detached), detached: true);
        cms.Decode(encoded);
        return signers!.Holds(cms.SignerInfos[0], holder ?? carried);
    }

    private byte[] Sign(X509Certificate2 certificate, bool detached)
    {
        var cms = new SignedCms(new ContentInfo(Content), detached);
        var signer = CmsSigning.Signer(certificate, SubjectIdentifierType.IssuerAndSerialNumber, hash);
        signer.SignedAttributes.Add(new Pkcs9SigningTime());
        cms.ComputeSignature(signer);
        return cms.Encode();
    }
}
