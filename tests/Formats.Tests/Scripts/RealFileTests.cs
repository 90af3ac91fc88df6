using System.Text;
using Signet.Formats.Tests.Signers;
using Signet.Testing.Judges;
using Signet.Testing.Tools;

namespace Signet.Formats.Tests.Scripts;

/// <summary>Scripts from NuGet packages: those that their makers signed on Windows, and all of them signed here.</summary>
[CancelAfter(120_000)]
public sealed class RealFileTests
{
    private FormatBench _bench = null!;
    private InMemorySigner _signer = null!;

    [OneTimeSetUp]
    public async Task SetUp()
    {
        _bench = await FormatBench.StartAsync();
        _signer = InMemorySigner.Create(_bench.Authority, "rsa3072");
    }

    [OneTimeTearDown]
    public async Task TearDown()
    {
        _signer.Dispose();
        await _bench.DisposeAsync();
    }

    // Microsoft's tools signed these, so this is where our digest is compared with Windows' own.
    [TestCase("microsoft.codeanalysis.analyzers/3.11.0/tools/install.ps1", "Microsoft")]
    [TestCase("microsoft.codeanalysis.analyzers/3.11.0/tools/uninstall.ps1", "Microsoft")]
    [TestCase("microsoft.entityframeworkcore.tools/10.0.15/tools/init.ps1", "Microsoft")]
    [TestCase("microsoft.entityframeworkcore.tools/10.0.15/tools/EntityFrameworkCore.psd1", "Microsoft")]
    [TestCase("microsoft.entityframeworkcore.tools/10.0.15/tools/EntityFrameworkCore.psm1", "Microsoft")]
    [TestCase("microsoft.entityframeworkcore.tools/10.0.15/tools/EntityFrameworkCore.PS2.psd1", "Microsoft")]
    [TestCase("microsoft.entityframeworkcore.tools/10.0.15/tools/EntityFrameworkCore.PS2.psm1", "Microsoft")]
    [TestCase("pester/5.7.1/tools/Pester.ps1", "Jakub")]
    [TestCase("pester/5.7.1/tools/Pester.psd1", "Jakub")]
    [TestCase("pester/5.7.1/tools/Pester.psm1", "Jakub")]
    [TestCase("pester/5.7.1/tools/Pester.Format.ps1xml", "Jakub")]
    [TestCase("pester/5.7.1/tools/PesterConfiguration.Format.ps1xml", "Jakub")]
    [TestCase("pester/6.2.0/tools/Pester.ScriptScope.ps1", "Jakub")]
    [TestCase("pester/6.2.0/tools/Pester.psd1", "Jakub")]
    [TestCase("pester/6.2.0/tools/Pester.psm1", "Jakub")]
    [TestCase("pester/6.2.0/tools/Pester.Format.ps1xml", "Jakub")]
    public async Task Verify_OfTheMakersOwnSignature_FindsItsDigestRight(
        string path, string maker, CancellationToken cancellationToken)
    {
        var script = await File.ReadAllBytesAsync(RealFiles.PathOf("nuget/packages/" + path), cancellationToken);
        var report = await _bench.VerifyAsync(ScriptSamples.FormatOf(path), script, cancellationToken);
        var signature = report.Signatures.Single();
        Assert.That(signature.Signer!.Subject, Does.Contain(maker));

        // Their roots are not those of this test; everything else holds.
        Assert.That(signature.Problems, Is.All.Contains("not trusted"));

        script[300] ^= 1;
        report = await _bench.VerifyAsync(ScriptSamples.FormatOf(path), script, cancellationToken);
        Assert.That(report.Signatures.Single().Problems, Has.Some.Contains("was changed after it was signed"));
    }

    [TestCase("invoke-build/5.14.23")]
    [TestCase("microsoft.codeanalysis.analyzers/3.11.0")]
    [TestCase("microsoft.entityframeworkcore.tools/10.0.15")]
    [TestCase("pester/5.7.1")]
    [TestCase("pester/6.2.0")]
    public async Task Sign_OfEveryScriptInAPackage_IsAcceptedUntilAByteChanges(string package, CancellationToken cancellationToken)
    {
        var scripts = RealFiles.In($"nuget/packages/{package}/tools", "*.ps*1*");
        Assert.That(scripts, Is.Not.Empty);
        foreach (var path in scripts)
        {
            var format = ScriptSamples.FormatOf(path);
            var script = await File.ReadAllBytesAsync(path, cancellationToken);
            var signed = await FormatBench.SignAsync(
                format, script, _signer, null, FormatBench.Choices(ExistingSignatureRule.Replace), cancellationToken);
            Assert.That((await _bench.VerifyAsync(format, signed, cancellationToken)).Holds, Is.True, path);
            if (script[0] != 0xef && !Ascii.IsValid(script))
            {
                // osslsigncode takes this for UTF-8. Its maker signed it on Windows, whose digest is ours.
                var theirs = await _bench.VerifyAsync(format, script, cancellationToken);
                var ours = await _bench.VerifyAsync(format, signed, cancellationToken);
                Assert.That(
                    ours.Signatures[0].ContentDigest.ToArray(), Is.EqualTo(theirs.Signatures.Single().ContentDigest.ToArray()), path);
                continue;
            }

            await _bench.AssertAcceptedAsync(signed, Path.GetExtension(path), cancellationToken);
            FormatEvidence.RealFileSigned(format.Name, "osslsigncode", Path.GetFileName(path), RealFiles.SourceOf(path));

            signed[50] ^= 1;
            var judged = await _bench.JudgeAsync(signed, Path.GetExtension(path), cancellationToken);
            Assert.That(Osslsigncode.Accepts(judged), Is.False, judged.All);
            FormatEvidence.RefusedAfterChange(format.Name, "osslsigncode");
        }
    }
}
