using Signet.Formats.Jar;
using Signet.Formats.Tests.Signers;
using Signet.Formats.Tests.Zip;

namespace Signet.Formats.Tests.Jar;

/// <summary>JARs that break the rules are refused with a reason, whatever is wrong with them.</summary>
[CancelAfter(120_000)]
public sealed class JarMalformedTests
{
    private FormatBench _bench = null!;
    private InMemorySigner _signer = null!;
    private byte[] _signed = null!;

    [OneTimeSetUp]
    public async Task SetUp()
    {
        _bench = await FormatBench.StartAsync();
        _signer = InMemorySigner.Create(_bench.Authority, "p256");
        _signed = await FormatBench.SignAsync(
            new JarFormat(), ZipSamples.Build(JarBench.Sample()), _signer, _bench.Timestamper, FormatBench.Choices(), CancellationToken.None);
    }

    [OneTimeTearDown]
    public async Task TearDown()
    {
        _signer.Dispose();
        await _bench.DisposeAsync();
    }

    [TestCase("no colon\n")]
    [TestCase("Name:no space\n")]
    [TestCase(": no name\n")]
    [TestCase(" continues nothing\n")]
    [TestCase("Manifest-Version: 1.0\n\n continues nothing\n")]
    [TestCase("Manifest-Version: 1.0\n\nX: 1\nName: a/Main.class\n")]
    [TestCase("\0\0\0\0")]
    public void Prepare_OfABrokenManifest_SaysThatItIsMalformed(string manifest) =>
        AssertRefused(ZipSamples.Build(JarBench.Sample(manifest)), FormatFailure.Malformed);

    [Test]
    public void Prepare_OfTwoManifests_IsRefused() => AssertRefused(
        ZipSamples.Build([.. JarBench.Sample(), ("META-INF/manifest.mf", JarBench.Bytes("Manifest-Version: 1.0\n\n"))]),
        FormatFailure.Malformed);

    [Test]
    public void Prepare_OfANameWithALineEnd_IsRefused() =>
        AssertRefused(ZipSamples.Build([.. JarBench.Sample(), ("a\nSHA-256-Digest: x", [])]), FormatFailure.Unsupported);

    [Test]
    public async Task Verify_OfEveryTruncation_IsRefused(CancellationToken cancellationToken)
    {
        Assert.That((await _bench.VerifyAsync(new JarFormat(), _signed, cancellationToken)).Holds, Is.True);
        for (var length = 0; length < _signed.Length; length++)
        {
            AssertRefused(_signed[..length], FormatFailure.Malformed);
            Assert.That(await HoldsAsync(_signed[..length], cancellationToken), Is.False, $"{length} bytes");
        }
    }

    [Test]
    public async Task Parsers_OverRandomChanges_ThrowNothingElse(CancellationToken cancellationToken)
    {
        var random = new Random(20261125);
        var contents = ZipSamples.Contents(_signed);
        for (var round = 0; round < 2000; round++)
        {
            byte[] changed;
            if (round % 2 == 0)
            {
                changed = (byte[])_signed.Clone();
                Change(changed, random);
            }
            else
            {
                // Inside of manifest, signature file and block, with sound CRCs.
                var name = contents.Keys.ElementAt(random.Next(1, 4));
                var content = (byte[])contents[name].Clone();
                Change(content, random);
                changed = ZipSamples.Build([.. contents.Select(pair => (pair.Key, pair.Key == name ? content : pair.Value))]);
            }

            try
            {
                await FormatBench.EditsAsync(
                    new JarFormat(), changed, _signer, null,
                    FormatBench.Choices(round % 3 == 0 ? ExistingSignatureRule.Append : ExistingSignatureRule.Replace), cancellationToken);
            }
            catch (SignatureFormatException)
            {
                // As it has to be.
            }

            // Chains are .NET's to build, and slow.
            await HoldsAsync(changed, cancellationToken, skipChains: true);
        }
    }

    private static void Change(byte[] bytes, Random random)
    {
        for (var change = random.Next(1, 5); change > 0; change--)
        {
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        }
    }

    private static void AssertRefused(byte[] jar, FormatFailure failure) => Assert.That(
        async () => await new JarFormat().PrepareAsync(
            new MemoryStream(jar), FormatBench.Choices(ExistingSignatureRule.Replace), CancellationToken.None),
        Throws.TypeOf<SignatureFormatException>().With.Property("Failure").EqualTo(failure));

    private async Task<bool> HoldsAsync(byte[] jar, CancellationToken cancellationToken, bool skipChains = false)
    {
        try
        {
            var trust = _bench.Trust with { SkipChains = skipChains };
            return (await new JarFormat().VerifyAsync(new MemoryStream(jar), trust, cancellationToken)).Holds;
        }
        catch (SignatureFormatException)
        {
            return false;
        }
    }
}
