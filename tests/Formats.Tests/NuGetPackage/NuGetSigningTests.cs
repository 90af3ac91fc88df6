using System.Security.Cryptography;
using Signet.Formats.Tests.Signers;
using Signet.Formats.Tests.Zip;
using Signet.Testing.Certificates;
using Signet.Testing.Judges;
using Signet.Testing.Tools;

namespace Signet.Formats.Tests.NuGetPackage;

/// <summary>Packages that dotnet nuget verify and our own verifier accept, and refuse after a change.</summary>
[CancelAfter(240_000)]
public sealed class NuGetSigningTests
{
    private const string Name = "nuget";
    private const string Judge = "dotnet nuget verify";
    private NuGetBench _bench = null!;
    private InMemorySigner _signer = null!;

    [OneTimeSetUp]
    public async Task SetUp()
    {
        _bench = await NuGetBench.CreateAsync();
        _signer = InMemorySigner.Create(_bench.Authority, "rsa2048");
    }

    [OneTimeTearDown]
    public async Task TearDown()
    {
        _signer.Dispose();
        await _bench.DisposeAsync();
    }

    [TestCase("rsa2048", "SHA256", true)]
    [TestCase("rsa3072", "SHA384", true)]
    [TestCase("rsa4096", "SHA512", true)]
    [TestCase("rsa2048", "SHA512", false)]
    public async Task Sign_WithAnyKeyAndHash_IsAcceptedByBothJudges(
        string key, string hash, bool stamped, CancellationToken cancellationToken)
    {
        using var signer = InMemorySigner.Create(_bench.Authority, key);
        var package = NuGetBench.Sample(seekable: stamped);
        var signed = await NuGetBench.SignAsync(
            package, signer, stamped ? _bench.Timestamper : null, NuGetBench.Choices(hash: new HashAlgorithmName(hash)), cancellationToken);

        var judged = await _bench.JudgeAsync(signed, cancellationToken);
        Assert.That(
            stamped ? NuGetCommand.AcceptsStamped(judged) : judged.Output.Contains("Successfully verified", StringComparison.Ordinal),
            Is.True, judged.All);
        Assert.That(judged.Output, Does.Contain($"Signature Hash Algorithm: {hash}"));
        FormatEvidence.Accepted(Name, Judge);
        var report = (await _bench.VerifyAsync(signed, cancellationToken)).Signatures.Single();
        Assert.That(report.Problems, Is.Empty);
        Assert.That(report.Signer, Is.EqualTo(signer.CertificateChain[0]));
        Assert.That(report.Chain, Does.Contain(signer.CertificateChain[1]));
        Assert.That(report.Timestamp is not null, Is.EqualTo(stamped));

        // The specification: the digest is that of the package as it was.
        Assert.That(report.ContentDigest.ToArray(), Is.EqualTo(CryptographicOperations.HashData(new HashAlgorithmName(hash), package)));
        Assert.That(ZipSamples.Contents(signed).Keys.Last(), Is.EqualTo(".signature.p7s"));
    }

    [Test]
    public async Task Judges_AfterOneByteChanged_Refuse(CancellationToken cancellationToken)
    {
        var signed = await NuGetBench.SignAsync(
            NuGetBench.Sample(), _signer, _bench.Timestamper, NuGetBench.Choices(), cancellationToken);
        var content = signed.AsSpan().IndexOf("library"u8);
        var directory = signed.AsSpan().IndexOf("PK\x1\x2"u8);

        // Content, the date in a local header, the attributes in the central directory.
        foreach (var at in new[] { content, 10, directory + 38 })
        {
            var changed = (byte[])signed.Clone();
            changed[at] ^= 1;
            Assert.That((await _bench.VerifyAsync(changed, cancellationToken)).Holds, Is.False);
            var judged = await _bench.JudgeAsync(changed, cancellationToken);
            Assert.That(judged.ExitCode, Is.Not.Zero);
            Assert.That(judged.All, Does.Contain("NU3008"));
            FormatEvidence.RefusedAfterChange(Name, Judge);
        }
    }

    [Test]
    public async Task Sign_Again_RefusesOrReplaces(CancellationToken cancellationToken)
    {
        var package = NuGetBench.Sample();
        var once = await NuGetBench.SignAsync(package, _signer, null, NuGetBench.Choices(), cancellationToken);
        AssertRefused(once, NuGetBench.Choices(), FormatFailure.AlreadySigned);
        AssertRefused(once, NuGetBench.Choices(ExistingSignatureRule.Append), FormatFailure.InvalidChoice);

        using var second = InMemorySigner.Create(_bench.Authority, "rsa3072");
        var replaced = await NuGetBench.SignAsync(
            once, second, _bench.Timestamper, NuGetBench.Choices(ExistingSignatureRule.Replace), cancellationToken);
        var report = (await _bench.VerifyAsync(replaced, cancellationToken)).Signatures.Single();
        Assert.That(report.Signer, Is.EqualTo(second.CertificateChain[0]));

        // What is signed is the package without any signature, so it is the same again.
        Assert.That(report.ContentDigest.ToArray(), Is.EqualTo(SHA256.HashData(package)));
        var judged = await _bench.JudgeAsync(replaced, cancellationToken);
        Assert.That(NuGetCommand.AcceptsStamped(judged), Is.True, judged.All);

        var appended = await NuGetBench.SignAsync(
            package, second, null, NuGetBench.Choices(ExistingSignatureRule.Append), cancellationToken);
        Assert.That((await _bench.VerifyAsync(appended, cancellationToken)).Holds, Is.True);
    }

    [Test]
    public async Task Sdk_AndSignet_ReadTheSignaturesOfEachOther(CancellationToken cancellationToken)
    {
        var package = NuGetBench.Sample();
        var theirs = await _bench.SignWithSdkAsync(
            package, _signer, cancellationToken, "--timestamper", _bench.TimestampAddress.ToString());
        var report = (await _bench.VerifyAsync(theirs, cancellationToken)).Signatures.Single();
        Assert.That(report.Problems, Is.Empty);
        Assert.That(report.Timestamp, Is.Not.Null);

        var replaced = await NuGetBench.SignAsync(
            theirs, _signer, null, NuGetBench.Choices(ExistingSignatureRule.Replace), cancellationToken);
        Assert.That((await _bench.VerifyAsync(replaced, cancellationToken)).Signatures.Single().ContentDigest.ToArray(), Is.EqualTo(SHA256.HashData(package)));
    }

    [Test]
    public void Sign_WithAKeyThatNuGetDoesNotTake_IsRefused([Values("p256", "pss")] string key)
    {
        using var signer = InMemorySigner.Create(_bench.Authority, key == "pss" ? "rsa2048" : key, pss: key == "pss");
        Assert.That(
            async () => await NuGetBench.SignAsync(NuGetBench.Sample(), signer, null, NuGetBench.Choices(), CancellationToken.None),
            Throws.TypeOf<SignatureFormatException>().With.Property("Failure").EqualTo(FormatFailure.InvalidChoice));
        Assert.That(signer.Uses, Is.Zero);
    }

    [Test]
    public void Sign_WithACertificateThatNuGetDoesNotTake_IsRefused()
    {
        using var signer = InMemorySigner.Create(ThrowawayCa.Create("root with an EC key"), "rsa2048");
        Assert.That(
            async () => await NuGetBench.SignAsync(NuGetBench.Sample(), signer, null, NuGetBench.Choices(), CancellationToken.None),
            Throws.TypeOf<SignatureFormatException>().With.Property("Failure").EqualTo(FormatFailure.InvalidChoice));
        Assert.That(signer.Uses, Is.Zero);
    }

    [Test]
    public async Task Prepare_OfWhatIsNoPackage_IsRefused(CancellationToken cancellationToken)
    {
        AssertRefused(ZipSamples.Build(("a", [1])), NuGetBench.Choices(), FormatFailure.Malformed);
        AssertRefused(ZipSamples.Build(("a.nuspec", [1]), ("b.nuspec", [1])), NuGetBench.Choices(), FormatFailure.Malformed);
        var zip64 = await ZipTools.CreateAsync(_bench.Directory, "zip64", [("a.nuspec", [1])], cancellationToken);
        AssertRefused(zip64, NuGetBench.Choices(), FormatFailure.Unsupported);
    }

    [Test]
    public void Prepare_WhereTheSignatureIsOneEntryTooMany_RefusesBeforeTheKeyIsAsked() => AssertRefused(
        ZipSamples.Build([.. Enumerable.Range(0, 65533).Select(number => ($"{number}", Array.Empty<byte>())), ("a.nuspec", [1])]),
        NuGetBench.Choices(), FormatFailure.Unsupported);

    // All of them come from nuget.org, which signs every package, and authors some.
    private static readonly string[] Real =
    [
        "autofac/9.3.3/autofac.9.3.3.nupkg", "castle.core/5.2.1/castle.core.5.2.1.nupkg", "invoke-build/5.14.23/invoke-build.5.14.23.nupkg",
        "microsoft.codeanalysis.analyzers/3.11.0/microsoft.codeanalysis.analyzers.3.11.0.nupkg",
        "microsoft.entityframeworkcore.tools/10.0.15/microsoft.entityframeworkcore.tools.10.0.15.nupkg",
        "newtonsoft.json/13.0.4/newtonsoft.json.13.0.4.nupkg", "nlog/6.2.2/nlog.6.2.2.nupkg",
        "nuget.commandline/6.13.1/nuget.commandline.6.13.1.nupkg", "pester/5.7.1/pester.5.7.1.nupkg",
        "serilog/4.4.0/serilog.4.4.0.nupkg", "sharpziplib/1.4.2/sharpziplib.1.4.2.nupkg",
    ];

    [Test]
    public async Task Replace_OfTheSignatureOfRealPackages_SignsTheSameContent(CancellationToken cancellationToken)
    {
        var files = new List<string>();
        foreach (var path in Real.Select(path => "nuget/packages/" + path))
        {
            var package = await File.ReadAllBytesAsync(RealFiles.PathOf(path), cancellationToken);
            var before = await NuGetBench.Format.VerifyAsync(
                new MemoryStream(package), _bench.Trust with { SkipChains = true }, cancellationToken);
            Assert.That(before.Signatures.SelectMany(signature => signature.Problems), Is.Empty, path);

            var hash = new HashAlgorithmName(before.Signatures[0].ContentDigest.Length switch { 32 => "SHA256", 48 => "SHA384", _ => "SHA512" });
            var signed = await NuGetBench.SignAsync(
                package, _signer, _bench.Timestamper, NuGetBench.Choices(ExistingSignatureRule.Replace, hash), cancellationToken);
            var after = (await _bench.VerifyAsync(signed, cancellationToken)).Signatures.Single();
            Assert.That(after.Problems, Is.Empty, path);
            Assert.That(after.ContentDigest.ToArray(), Is.EqualTo(before.Signatures[0].ContentDigest.ToArray()), path);
            files.Add(await _bench.WriteAsync(signed, ".nupkg", cancellationToken));
        }

        var judged = await _bench.Command.VerifyAsync(files, cancellationToken);
        Assert.That(NuGetCommand.AcceptsStamped(judged, files.Count), Is.True, judged.All);
        foreach (var path in Real.Select(path => "nuget/packages/" + path))
        {
            FormatEvidence.RealFileSigned(Name, Judge, Path.GetFileName(path), RealFiles.SourceOf(path));
        }
    }

    [Test]
    public async Task Parsers_OverTruncationsAndRandomChanges_ThrowNothingElse(CancellationToken cancellationToken)
    {
        var signed = await NuGetBench.SignAsync(
            NuGetBench.Sample(), _signer, _bench.Timestamper, NuGetBench.Choices(), cancellationToken);
        for (var length = 0; length < signed.Length; length += length < 40 || length > signed.Length - 400 ? 1 : 13)
        {
            Assert.That(await HoldsAsync(signed[..length], cancellationToken), Is.False, $"{length} bytes");
        }

        var random = new Random(20261125);
        for (var round = 0; round < 1500; round++)
        {
            var changed = (byte[])signed.Clone();
            for (var change = random.Next(1, 5); change > 0; change--)
            {
                changed[random.Next(changed.Length)] = (byte)random.Next(256);
            }

            await HoldsAsync(changed, cancellationToken);
        }
    }

    private async Task<bool> HoldsAsync(byte[] package, CancellationToken cancellationToken)
    {
        try
        {
            await NuGetBench.Format.PrepareAsync(
                new MemoryStream(package), NuGetBench.Choices(ExistingSignatureRule.Replace), cancellationToken);
        }
        catch (SignatureFormatException)
        {
            // As it has to be.
        }

        try
        {
            return (await NuGetBench.Format.VerifyAsync(
                new MemoryStream(package), _bench.Trust with { SkipChains = true }, cancellationToken)).Holds;
        }
        catch (SignatureFormatException)
        {
            return false;
        }
    }

    private static void AssertRefused(byte[] package, SigningChoices choices, FormatFailure failure) => Assert.That(
        async () => await NuGetBench.Format.PrepareAsync(new MemoryStream(package), choices, CancellationToken.None),
        Throws.TypeOf<SignatureFormatException>().With.Property("Failure").EqualTo(failure));
}
