using Signet.Formats.Tests.Signers;
using Signet.Testing.Judges;
using Signet.Testing.Tools;

namespace Signet.Formats.Tests.Jar;

/// <summary>JARs, an AAR and others of Debian and npm packages.</summary>
[CancelAfter(240_000)]
public sealed class JarRealFilesTests
{
    private JarBench _bench = null!;
    private InMemorySigner _signer = null!;

    [OneTimeSetUp]
    public async Task SetUp()
    {
        _bench = await JarBench.CreateAsync();
        _signer = InMemorySigner.Create(_bench.Authority, "p256");
    }

    [OneTimeTearDown]
    public async Task TearDown()
    {
        _signer.Dispose();
        await _bench.DisposeAsync();
    }

    [TestCase("deb/libannotation-indexer-java/usr/share/java/annotation-indexer.jar")]
    [TestCase("deb/libasm-java/usr/share/java/asm-9.4.jar")]
    [TestCase("deb/libcommons-codec-java/usr/share/java/commons-codec.jar")]
    [TestCase("deb/libcommons-io-java/usr/share/java/commons-io.jar")]
    [TestCase("deb/libcommons-lang3-java/usr/share/java/commons-lang3.jar")]
    [TestCase("deb/libgoogle-gson-java/usr/share/java/gson.jar")]
    [TestCase("deb/libjackson2-core-java/usr/share/java/jackson-core.jar")]
    [TestCase("deb/libjoda-time-java/usr/share/java/joda-time.jar")]
    [TestCase("deb/libjsoup-java/usr/share/java/jsoup.jar")]
    [TestCase("deb/liblog4j2-java/usr/share/java/log4j-api.jar")]
    [TestCase("deb/libslf4j-java/usr/share/java/slf4j-api.jar")]
    [TestCase("deb/libsezpoz-java/usr/share/java/sezpoz.jar")]
    public async Task Sign_OfARealFile_IsAcceptedByBothJudges(string file, CancellationToken cancellationToken)
    {
        var content = await File.ReadAllBytesAsync(RealFiles.PathOf(file), cancellationToken);
        var signed = await JarBench.SignAsync(content, _signer, null, JarBench.Choices(), cancellationToken);
        var report = await _bench.VerifyAsync(signed, cancellationToken);
        Assert.That(report.Signatures.SelectMany(signature => signature.Problems), Is.Empty);
        var judged = await _bench.JudgeAsync(signed, cancellationToken);
        Assert.That(Jarsigner.Accepts(judged), Is.True, judged.All);
        FormatEvidence.RealFileSigned("jar", "jarsigner", Path.GetFileName(file), RealFiles.SourceOf(file));
    }
}
