using Signet.Formats.Tests.Signers;
using Signet.Testing.Judges;
using Signet.Testing.Tools;

namespace Signet.Formats.Tests.PortableExecutable;

/// <summary>Programs that other people's compilers, linkers and installers made.</summary>
[CancelAfter(120_000)]
public sealed class RealFileTests
{
    private Bench _bench = null!;
    private InMemorySigner _signer = null!;

    [OneTimeSetUp]
    public async Task SetUp()
    {
        _bench = await Bench.CreateAsync();
        _signer = InMemorySigner.Create(_bench.Authority, "rsa3072");
    }

    [OneTimeTearDown]
    public async Task TearDown()
    {
        _signer.Dispose();
        await _bench.DisposeAsync();
    }

    [TestCase("deb/efitools/usr/lib/efitools/x86_64-linux-gnu/HelloWorld.efi")]
    [TestCase("deb/efitools/usr/lib/efitools/x86_64-linux-gnu/KeyTool.efi")]
    [TestCase("deb/efitools/usr/lib/efitools/x86_64-linux-gnu/SetNull.efi")]
    [TestCase("deb/grub-efi-amd64-bin/usr/lib/grub/x86_64-efi/monolithic/grubx64.efi")]
    [TestCase("deb/ipxe/usr/lib/ipxe/snponly.efi")]
    [TestCase("deb/libmono-cecil-cil/usr/lib/mono-cecil/Mono.Cecil.dll")]
    [TestCase("deb/libnewtonsoft-json5.0-cil/usr/lib/cli/Newtonsoft.Json-5.0/Newtonsoft.Json.dll")]
    [TestCase("deb/libz-mingw-w64/usr/i686-w64-mingw32/lib/zlib1.dll")]
    [TestCase("deb/libz-mingw-w64/usr/x86_64-w64-mingw32/lib/zlib1.dll")]
    [TestCase("deb/memtest86+/boot/memtest86+ia32.efi")]
    [TestCase("deb/memtest86+/boot/memtest86+x64.efi")]
    [TestCase("deb/python3-distlib/usr/lib/python3/dist-packages/distlib/t32.exe")]
    [TestCase("deb/python3-distlib/usr/lib/python3/dist-packages/distlib/t64-arm.exe")]
    [TestCase("deb/python3-distlib/usr/lib/python3/dist-packages/distlib/w64.exe")]
    [TestCase("deb/refind/usr/share/refind/refind/refind_x64.efi")]
    [TestCase("deb/shim-signed/usr/lib/shim/shimx64.efi.signed")]
    [TestCase("deb/shim-unsigned/usr/lib/shim/fbx64.efi")]
    [TestCase("deb/systemd-boot-efi/usr/lib/systemd/boot/efi/systemd-bootx64.efi")]
    [TestCase("nuget/packages/autofac/9.3.3/lib/net10.0/Autofac.dll")]
    [TestCase("nuget/packages/castle.core/5.2.1/lib/net462/Castle.Core.dll")]
    [TestCase("nuget/packages/newtonsoft.json/13.0.4/lib/net45/Newtonsoft.Json.dll")]
    [TestCase("nuget/packages/nlog/6.2.2/lib/net46/NLog.dll")]
    [TestCase("nuget/packages/nuget.commandline/6.13.1/tools/NuGet.exe")]
    [TestCase("nuget/packages/serilog/4.4.0/lib/net462/Serilog.dll")]
    [TestCase("nuget/packages/sharpziplib/1.4.2/lib/netstandard2.0/ICSharpCode.SharpZipLib.dll")]
    public async Task Sign_OfARealProgram_IsAcceptedUntilAByteChanges(string path, CancellationToken cancellationToken)
    {
        var image = await File.ReadAllBytesAsync(RealFiles.PathOf(path), cancellationToken);
        var signed = await Bench.SignAsync(
            image, _signer, _bench.Timestamper, Bench.Choices(ExistingSignatureRule.Replace), cancellationToken);
        var judged = await _bench.JudgeAsync(signed, cancellationToken);
        Assert.That(Osslsigncode.AcceptsStamped(judged), Is.True, judged.All);
        Assert.That((await _bench.VerifyAsync(signed, cancellationToken)).Holds, Is.True);
        FormatEvidence.RealFileSigned("pe", "osslsigncode", Path.GetFileName(path), RealFiles.SourceOf(path));

        signed[image.Length / 3] ^= 1;
        var changed = await _bench.JudgeAsync(signed, cancellationToken);
        Assert.That(Osslsigncode.Accepts(changed), Is.False, changed.All);
        Assert.That((await _bench.VerifyAsync(signed, cancellationToken)).Holds, Is.False);
        FormatEvidence.RefusedAfterChange("pe", "osslsigncode");
    }

    // Debian's NSIS makes installers whose last section lies in the one before it.
    [Test]
    public async Task Sign_OfAnInstallerWhoseSectionsOverlap_IsRefused(CancellationToken cancellationToken)
    {
        var image = await File.ReadAllBytesAsync(
            RealFiles.PathOf("deb/win32-loader/usr/share/win32/win32-loader.exe"), cancellationToken);
        Assert.That(
            async () => await Bench.SignAsync(image, _signer, null, Bench.Choices(), cancellationToken),
            Throws.TypeOf<SignatureFormatException>().With.Message.Contains("section 8 begins at 0x14e00"));
    }

    [TestCase("deb/shim-signed/usr/lib/shim/shimx64.efi.signed")]
    [TestCase("nuget/packages/newtonsoft.json/13.0.4/lib/net45/Newtonsoft.Json.dll")]
    [TestCase("nuget/packages/nuget.commandline/6.13.1/tools/NuGet.exe")]
    public async Task Verify_OfTheMakersOwnSignature_FindsItsDigestRight(string path, CancellationToken cancellationToken)
    {
        var report = await _bench.VerifyAsync(await File.ReadAllBytesAsync(RealFiles.PathOf(path), cancellationToken), cancellationToken);
        Assert.That(report.Signatures, Is.Not.Empty);
        foreach (var signature in report.Signatures)
        {
            // Their roots are not those of this test; everything else holds.
            Assert.That(signature.Problems, Is.All.Contains("not trusted"));
        }
    }
}
