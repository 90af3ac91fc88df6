using System.Security.Cryptography.X509Certificates;
using Signet.Formats.Msix;
using Signet.Formats.Tests.Signers;
using Signet.Testing.Judges;
using Signet.Testing.Tools;

namespace Signet.Formats.Tests.Msix;

/// <summary>Packages that Microsoft made and signed: their signatures hold here, and new ones hold for the judge.</summary>
[CancelAfter(180_000)]
public sealed class RealPackageTests
{
    private const string Source = "NuGet Microsoft.WindowsAppSDK.Runtime 1.8.260921001";
    private const string Packages = "nuget/packages/microsoft.windowsappsdk.runtime/1.8.260921001/tools/MSIX/";

    private static readonly MsixFormat Format = new();

    private FormatBench _bench = null!;

    [OneTimeSetUp]
    public async Task SetUp() => _bench = await FormatBench.StartAsync();

    [OneTimeTearDown]
    public async Task TearDown() => await _bench.DisposeAsync();

    private static IEnumerable<string> Files()
    {
        foreach (var platform in new[] { "arm64", "x64", "x86" })
        {
            yield return $"win10-{platform}/Microsoft.WindowsAppRuntime.DDLM.1.8.msix";
            yield return $"win10-{platform}/Microsoft.WindowsAppRuntime.Main.1.8.msix";
            yield return $"win10-{platform}/Microsoft.WindowsAppRuntime.Singleton.1.8.msix";
        }

        yield return "win10-x86/Microsoft.WindowsAppRuntime.1.8.msix";
    }

    [TestCaseSource(nameof(Files))]
    public async Task Package_OfMicrosoft_IsVerifiedAndSignedAgain(string name, CancellationToken cancellationToken)
    {
        var package = await File.ReadAllBytesAsync(RealFiles.PathOf(Packages + name), cancellationToken);

        var report = await Format.VerifyAsync(
            new MemoryStream(package), _bench.Trust with { SkipChains = true }, cancellationToken);
        var theirs = report.Signatures.Single();
        Assert.That(theirs.Problems, Is.Empty);
        Assert.That(theirs.Signer!.GetNameInfo(X509NameType.SimpleName, forIssuer: false), Is.EqualTo("Microsoft Corporation"));
        Assert.That(theirs.Timestamp, Is.Not.Null);

        // The publisher is theirs, so the test's own authority gives out a certificate for that name.
        using var signer = InMemorySigner.Create(_bench.Authority, "p256", subject: theirs.Signer.Subject);
        var signed = await FormatBench.SignAsync(
            Format, package, signer, null, FormatBench.Choices(ExistingSignatureRule.Replace), cancellationToken);
        var ours = (await _bench.VerifyAsync(Format, signed, cancellationToken)).Signatures.Single();
        Assert.That(ours.Problems, Is.Empty);
        Assert.That(ours.ContentDigest.ToArray(), Is.EqualTo(theirs.ContentDigest.ToArray()), "The digest is not Microsoft's.");
        var judged = await Osslsigncode.VerifyAsync(
            await _bench.WriteAsync(signed, ".msix", cancellationToken), _bench.SigningRoots, _bench.TimestampRoots, cancellationToken);
        Assert.That(Osslsigncode.Accepts(judged), Is.True, judged.All);
        FormatEvidence.RealFileSigned("msix", "osslsigncode", name, Source);
    }
}
