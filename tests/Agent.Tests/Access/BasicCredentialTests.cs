using System.Text;
using Signet.Agent.Access;

namespace Signet.Agent.Tests.Access;

[Parallelizable(ParallelScope.All)]
internal sealed class BasicCredentialTests
{
    [TestCase("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "Aladdin", "open sesame")] // RFC 7617 section 2
    [TestCase("Basic dGVzdDoxMjPCow==", "test", "123\u00A3")] // RFC 7617 section 2.1
    [TestCase("basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "Aladdin", "open sesame")]
    public void TryParse_WhenHeaderIsProper_ReadsNameAndSecret(string header, string name, string secret)
    {
        Assert.That(BasicCredential.TryParse(header, out var credential), Is.True);
        Assert.That(credential!.Name, Is.EqualTo(name));
        Assert.That(Encoding.UTF8.GetString(credential.Secret), Is.EqualTo(secret));
        Assert.That(credential.ToString(), Does.Not.Contain(secret));
    }

    [Test]
    public void TryParse_WhenSecretHoldsColons_EndsTheNameAtTheFirst()
    {
        Assert.That(BasicCredential.TryParse(Header("name:a:b:"u8), out var credential), Is.True);
        Assert.That((credential!.Name, Encoding.UTF8.GetString(credential.Secret)), Is.EqualTo(("name", "a:b:")));
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase("Basic")]
    [TestCase("Basic ")]
    [TestCase("Bearer QWxhZGRpbjpvcGVuIHNlc2FtZQ==")]
    [TestCase("BasicQWxhZGRpbjpvcGVuIHNlc2FtZQ==")]
    [TestCase("Basic  QWxhZGRpbjpvcGVuIHNlc2FtZQ==")]
    [TestCase("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==, Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==")]
    [TestCase("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ")]
    [TestCase("Basic QWxhZGRpbjpvcGVu IHNlc2FtZQ==")]
    [TestCase("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ== ")]
    [TestCase("Basic !!!!")]
    public void TryParse_WhenHeaderIsNotBasic_IsFalse(string? header) =>
        Assert.That(BasicCredential.TryParse(header, out _), Is.False);

    [TestCase("no colon")]
    [TestCase(":secret")]
    [TestCase("name:")]
    [TestCase("name:sec\u0000ret")]
    [TestCase("na\nme:secret")]
    public void TryParse_WhenNameOrSecretIsImproper_IsFalse(string text) =>
        Assert.That(BasicCredential.TryParse(Header(Encoding.UTF8.GetBytes(text)), out _), Is.False);

    [Test]
    public void TryParse_WhenBytesAreNotUtf8_IsFalse() =>
        Assert.That(BasicCredential.TryParse(Header([(byte)'n', (byte)':', 0xFF]), out _), Is.False);

    [Test]
    public void TryParse_WhenHeaderIsHuge_IsFalse() =>
        Assert.That(BasicCredential.TryParse(Header(Encoding.UTF8.GetBytes("n:" + new string('x', 4000))), out _), Is.False);

    private static string Header(ReadOnlySpan<byte> content) => "Basic " + Convert.ToBase64String(content);
}
