using System.Text;
using Signet.Agent.Access;

namespace Signet.Agent.Tests.Access;

[Parallelizable(ParallelScope.All)]
internal sealed class Argon2idHashTests
{
    private const string Salt = "AAAAAAAAAAAAAAAAAAAAAA";
    private const string Hash = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    // echo -n SECRET | argon2 0123456789abcdef -id -v 13 -k M -t T -p 1 -l 32 -e (the authors' program, Debian's argon2)
    [TestCase("password", "$argon2id$v=19$m=65536,t=3,p=1$MDEyMzQ1Njc4OWFiY2RlZg$2vFngNy3PoYhRil/oXuBuGtIDzPAtn2u8PLHyAnFeXs")]
    [TestCase(
        "sgc_Zm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFy",
        "$argon2id$v=19$m=65536,t=3,p=1$MDEyMzQ1Njc4OWFiY2RlZg$vni3naN+ikWPOM+wOt270YUw++Begcm18tsG63hcN48")]
    [TestCase("p\u00E4ssw\u00F6rd", "$argon2id$v=19$m=8192,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$LBDVXAQdYa9m2oP/R+kadbsGt/yNeWy1y2b6NZhkynE")]
    public void Verify_WhenHashIsOfTheReferenceImplementation_KnowsTheSecret(string secret, string text)
    {
        Assert.That(Argon2idHash.TryParse(text, out var hash, out var problem), Is.True, problem);
        Assert.That(hash!.Verify(Encoding.UTF8.GetBytes(secret)), Is.True);
        Assert.That(hash.Verify("Password"u8), Is.False);
    }

    [Test]
    public void Create_WhenWrittenAndReadAgain_VerifiesItsSecretAlone()
    {
        var text = Argon2idHash.Create("secret"u8).ToString();

        Assert.That(text, Does.StartWith("$argon2id$v=19$m=65536,t=3,p=1$"));
        Assert.That(Argon2idHash.TryParse(text, out var hash, out _), Is.True);
        Assert.That(hash!.ToString(), Is.EqualTo(text));
        Assert.That(hash.Verify("secret"u8), Is.True);
        Assert.That(hash.Verify("secreT"u8), Is.False);
        Assert.That(hash.Verify(""u8), Is.False);
    }

    [Test]
    public void Create_WhenCalledTwice_TakesAnotherSalt() => Assert.That(
        Argon2idHash.Create("secret"u8, 8192, 1).ToString(), Is.Not.EqualTo(Argon2idHash.Create("secret"u8, 8192, 1).ToString()));

    [TestCase("")]
    [TestCase("secret")]
    [TestCase("$argon2i$v=19$m=65536,t=3,p=1$" + Salt + "$" + Hash)]
    [TestCase("$argon2id$v=16$m=65536,t=3,p=1$" + Salt + "$" + Hash)]
    [TestCase("$argon2id$m=65536,t=3,p=1$" + Salt + "$" + Hash)]
    [TestCase("$argon2id$v=19$m=4294967295,t=3,p=1$" + Salt + "$" + Hash)]
    [TestCase("$argon2id$v=19$m=262145,t=3,p=1$" + Salt + "$" + Hash)]
    [TestCase("$argon2id$v=19$m=8191,t=3,p=1$" + Salt + "$" + Hash)]
    [TestCase("$argon2id$v=19$m=65536,t=11,p=1$" + Salt + "$" + Hash)]
    [TestCase("$argon2id$v=19$m=65536,t=0,p=1$" + Salt + "$" + Hash)]
    [TestCase("$argon2id$v=19$m=65536,t=3,p=2$" + Salt + "$" + Hash)]
    [TestCase("$argon2id$v=19$m=-65536,t=3,p=1$" + Salt + "$" + Hash)]
    [TestCase("$argon2id$v=19$m= 65536,t=3,p=1$" + Salt + "$" + Hash)]
    [TestCase("$argon2id$v=19$t=3,m=65536,p=1$" + Salt + "$" + Hash)]
    [TestCase("$argon2id$v=19$m=65536,t=3,p=1$" + Salt + "==$" + Hash)]
    [TestCase("$argon2id$v=19$m=65536,t=3,p=1$AAAA$" + Hash)]
    [TestCase("$argon2id$v=19$m=65536,t=3,p=1$" + Salt + "$" + Hash + "A")]
    [TestCase("$argon2id$v=19$m=65536,t=3,p=1$AAAAAAAAAAAAAAAAAAAAAB$" + Hash)]
    [TestCase("$argon2id$v=19$m=65536,t=3,p=1$" + Salt + "$" + Hash + "$")]
    public void TryParse_WhenTextIsOutsideTheBounds_RefusesWithoutShowingIt(string text)
    {
        Assert.That(Argon2idHash.TryParse(text, out var hash, out var problem), Is.False);
        Assert.That(hash, Is.Null);
        Assert.That(problem, Is.Not.Empty);
        Assert.That(problem, Does.Not.Contain("secret").And.Not.Contain("AAAA"));
    }

    [Test]
    public void CreateUnmatched_WhenAskedForAnySecret_RefusesIt() =>
        Assert.That(Argon2idHash.CreateUnmatched(8192, 1).Verify("secret"u8), Is.False);

    [Test]
    public void Generate_WhenCalled_GivesPrintableSecretOf256Bits()
    {
        var secrets = Enumerable.Range(0, 100).Select(_ => CredentialSecret.Generate()).ToList();

        Assert.That(secrets, Is.Unique);
        Assert.That(secrets, Has.All.Matches("^sgc_[A-Za-z0-9_-]{43}$"));
    }
}
