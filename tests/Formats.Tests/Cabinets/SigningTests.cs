using System.Buffers.Binary;
using System.Security.Cryptography;
using Signet.Formats.Cabinets;
using Signet.Formats.Tests.Signers;
using Signet.Testing.Judges;
using Signet.Testing.Tools;

namespace Signet.Formats.Tests.Cabinets;

/// <summary>Cabinets that osslsigncode and our own verifier accept, and that other programs unpack as before.</summary>
[CancelAfter(120_000)]
public sealed class SigningTests
{
    private const string Judge = "osslsigncode";
    private static readonly CabinetFormat Format = new();

    private FormatBench _bench = null!;
    private InMemorySigner _signer = null!;

    [OneTimeSetUp]
    public async Task SetUp()
    {
        _bench = await FormatBench.StartAsync();
        _signer = InMemorySigner.Create(_bench.Authority, "p256");
    }

    [OneTimeTearDown]
    public async Task TearDown()
    {
        _signer.Dispose();
        await _bench.DisposeAsync();
    }

    [Test]
    public async Task Sign_WithAnyKeyAndHash_IsAcceptedByBothJudges(
        [Values("rsa2048", "rsa3072", "rsa4096", "p256", "p384", "p521")] string key,
        [Values("SHA256", "SHA384", "SHA512")] string hash,
        CancellationToken cancellationToken)
    {
        using var signer = InMemorySigner.Create(_bench.Authority, key);
        var signed = await FormatBench.SignAsync(
            Format, new CabinetBuilder().Build(), signer, _bench.Timestamper, FormatBench.Choices(hash: new HashAlgorithmName(hash)), cancellationToken);
        await _bench.AssertAcceptedAsync(signed, ".cab", cancellationToken, stamped: true);
        FormatEvidence.Accepted("cab", Judge);
        var signature = (await _bench.VerifyAsync(Format, signed, cancellationToken)).Signatures.Single();
        Assert.Multiple(() =>
        {
            Assert.That(signature.Problems, Is.Empty);
            Assert.That(signature.DigestAlgorithm.Replace("-", string.Empty, StringComparison.Ordinal), Is.EqualTo(hash));
            Assert.That(signature.Description, Is.EqualTo("Grüße"));
            Assert.That(signature.Timestamp, Is.Not.Null);
            Assert.That(signer.Uses, Is.EqualTo(1));
        });
    }

    // What osslsigncode takes: a reserved area that is none or that of a signature, and no previous cabinet.
    private static IEnumerable<TestCaseData> Shapes()
    {
        byte[] empty = [0, 0, 16, 0, .. new byte[16]];
        yield return Shape("plain", new CabinetBuilder(), judged: true);
        yield return Shape("no folders", new CabinetBuilder { Folders = 0 }, judged: true);
        yield return Shape("many folders", new CabinetBuilder { Folders = 500 }, judged: true);
        yield return Shape("place for a signature", new CabinetBuilder { Reserve = empty }, judged: true);
        yield return Shape("first of a set", new CabinetBuilder { Next = ("disk2.cab", "Disk 2") }, judged: true);
        yield return Shape("middle of a set", new CabinetBuilder { Previous = ("a.cab", "1"), Next = ("c.cab", "3"), Index = 1 });
        yield return Shape("last of a set", new CabinetBuilder { Previous = ("disk1.cab", string.Empty), Index = 258 });
        yield return Shape("reserved area of length 0", new CabinetBuilder { Reserve = [], FolderReserve = 3 });
        yield return Shape("reserved area of 4", new CabinetBuilder { Reserve = new byte[4] });
        yield return Shape("large empty reserved area", new CabinetBuilder { Reserve = new byte[6144] });
        yield return Shape("reserved area with content", new CabinetBuilder { Reserve = [5, 0, 0, 0, 1, 2, 3, 4, 5], FolderReserve = 200, Folders = 3 });
        yield return Shape("content and place", new CabinetBuilder { Reserve = [3, 0, 16, 0, 7, 8, 9, .. new byte[30]] });

        static TestCaseData Shape(string name, CabinetBuilder builder, bool judged = false) =>
            new TestCaseData(builder, judged).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Shapes))]
    public async Task Sign_OfAnyShape_ShiftsWhatPointsAndNothingElse(object shape, bool judged, CancellationToken cancellationToken)
    {
        var builder = (CabinetBuilder)shape;
        var cabinet = builder.Build();
        var signed = await FormatBench.SignAsync(Format, cabinet, _signer, null, FormatBench.Choices(), cancellationToken);
        AssertShifted(cabinet, signed, builder);
        var report = await _bench.VerifyAsync(Format, signed, cancellationToken);
        Assert.That(report.Holds, Is.True, string.Join('\n', report.Signatures.SelectMany(signature => signature.Problems)));
        Assert.That(report.Signatures[0].ContentDigest.ToArray(), Is.EqualTo(SecondReaderDigest(signed)));
        FormatEvidence.Accepted("cab", "second reader");

        var again = await FormatBench.SignAsync(
            Format, signed, _signer, _bench.Timestamper, FormatBench.Choices(ExistingSignatureRule.Replace), cancellationToken);
        AssertShifted(cabinet, again, builder);
        Assert.That(
            (await _bench.VerifyAsync(Format, again, cancellationToken)).Signatures.Single().ContentDigest.ToArray(),
            Is.EqualTo(report.Signatures[0].ContentDigest.ToArray()));
        if (judged)
        {
            await _bench.AssertAcceptedAsync(signed, ".cab", cancellationToken);
            await _bench.AssertAcceptedAsync(again, ".cab", cancellationToken, stamped: true);
            FormatEvidence.Accepted("cab", Judge);
        }
    }

    [Test]
    public async Task Sign_OfACabinetByGcab_UnpacksAsBefore([Values] bool compressed, CancellationToken cancellationToken)
    {
        var folder = _bench.Directory.File(Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(folder);
        var payload = CompressibleBytes(300_000);
        await File.WriteAllBytesAsync(Path.Combine(folder, "one.bin"), payload, cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(folder, "two.txt"), "two", cancellationToken);
        string[] options = compressed ? ["-c", "-z", "made.cab"] : ["-c", "made.cab"];
        await ExternalProgram.RunSuccessfullyAsync("gcab", [.. options, "one.bin", "two.txt"], cancellationToken, folder);
        var cabinet = await File.ReadAllBytesAsync(Path.Combine(folder, "made.cab"), cancellationToken);

        var signed = await FormatBench.SignAsync(Format, cabinet, _signer, _bench.Timestamper, FormatBench.Choices(), cancellationToken);
        await _bench.AssertAcceptedAsync(signed, ".cab", cancellationToken, stamped: true);
        FormatEvidence.Accepted("cab", Judge);
        await File.WriteAllBytesAsync(Path.Combine(folder, "signed.cab"), signed, cancellationToken);
        await ExternalProgram.RunSuccessfullyAsync("cabextract", ["-q", "-d", "out", "signed.cab"], cancellationToken, folder);
        Assert.That(await File.ReadAllBytesAsync(Path.Combine(folder, "out/one.bin"), cancellationToken), Is.EqualTo(payload));
        Assert.That(await File.ReadAllTextAsync(Path.Combine(folder, "out/two.txt"), cancellationToken), Is.EqualTo("two"));
        FormatEvidence.Accepted("cab", "cabextract");

        foreach (var offset in new[] { 20, 34, 44 + 20, signed.AsSpan().IndexOf("two.txt"u8), cabinet.Length - 20 })
        {
            var changed = (byte[])signed.Clone();
            changed[offset] ^= 1;
            Assert.That(Osslsigncode.Accepts(await _bench.JudgeAsync(changed, ".cab", cancellationToken)), Is.EqualTo(offset == 34), $"byte {offset}");
            Assert.That(await HoldsAsync(changed, cancellationToken), Is.False, $"byte {offset}");
            FormatEvidence.RefusedAfterChange("cab", offset == 34 ? "Signet" : Judge);
        }
    }

    [Test]
    public async Task Sign_OfASignedCabinet_IsRefusedWhenAskedFor(CancellationToken cancellationToken)
    {
        var signed = await FormatBench.SignAsync(Format, new CabinetBuilder().Build(), _signer, null, FormatBench.Choices(), cancellationToken);
        Assert.That(
            async () => await FormatBench.SignAsync(Format, signed, _signer, null, FormatBench.Choices(), cancellationToken),
            Throws.TypeOf<SignatureFormatException>().With.Property("Failure").EqualTo(FormatFailure.AlreadySigned));
    }

    [Test]
    public async Task Sign_WithAppend_KeepsEverySignature(CancellationToken cancellationToken)
    {
        using var first = InMemorySigner.Create(_bench.Authority, "rsa3072");
        var append = FormatBench.Choices(ExistingSignatureRule.Append);
        var signed = await _bench.SignByOsslsigncodeAsync(new CabinetBuilder().Build(), ".cab", first, cancellationToken);
        signed = await FormatBench.SignAsync(Format, signed, _signer, _bench.Timestamper, append, cancellationToken);
        signed = await FormatBench.SignAsync(
            Format, signed, first, null, FormatBench.Choices(ExistingSignatureRule.Append, HashAlgorithmName.SHA512), cancellationToken);
        var report = await _bench.VerifyAsync(Format, signed, cancellationToken);
        Assert.That(report.Signatures.Select(signature => signature.Signer), Is.EqualTo(new[]
        {
            first.CertificateChain[0], _signer.CertificateChain[0], first.CertificateChain[0],
        }));
        Assert.That(report.Holds, Is.True);
        var judged = await _bench.JudgeAsync(signed, ".cab", cancellationToken);
        Assert.That(Osslsigncode.Accepts(judged), Is.True, judged.All);
        Assert.That(judged.Output, Does.Contain("Number of verified signatures: 3"));
    }

    [Test]
    public void Sign_WithPss_IsRefused()
    {
        using var signer = InMemorySigner.Create(_bench.Authority, "rsa2048", pss: true);
        Assert.That(
            async () => await FormatBench.SignAsync(
                Format, new CabinetBuilder().Build(), signer, null, FormatBench.Choices(), CancellationToken.None),
            Throws.TypeOf<SignatureFormatException>().With.Property("Failure").EqualTo(FormatFailure.InvalidChoice));
    }

    [Test]
    public async Task Verify_OfASignatureByOsslsigncode_Holds([Values("sha256", "sha512")] string hash, CancellationToken cancellationToken)
    {
        using var signer = InMemorySigner.Create(_bench.Authority, "rsa2048");
        var theirs = await _bench.SignByOsslsigncodeAsync(
            new CabinetBuilder { Folders = 3 }.Build(), ".cab", signer, cancellationToken, "-h", hash, "-n", "Hello");
        var report = await _bench.VerifyAsync(Format, theirs, cancellationToken);
        Assert.That(report.Signatures.Single().Problems, Is.Empty);
        Assert.That(report.Signatures[0].Description, Is.EqualTo("Hello"));
        var ours = await FormatBench.SignAsync(
            Format, theirs, _signer, null,
            FormatBench.Choices(ExistingSignatureRule.Replace, new HashAlgorithmName(hash.ToUpperInvariant())), cancellationToken);
        Assert.That(
            (await _bench.VerifyAsync(Format, ours, cancellationToken)).Signatures[0].ContentDigest.ToArray(),
            Is.EqualTo(report.Signatures[0].ContentDigest.ToArray()));
    }

    private async Task<bool> HoldsAsync(byte[] file, CancellationToken cancellationToken)
    {
        try
        {
            return (await _bench.VerifyAsync(Format, file, cancellationToken)).Holds;
        }
        catch (SignatureFormatException)
        {
            return false;
        }
    }

    // What a lenient judge does not look at: that every offset moved by as much as the header grew, and nothing else changed.
    private static void AssertShifted(byte[] cabinet, byte[] signed, CabinetBuilder builder)
    {
        var kept = builder.Reserve is { Length: >= 4 } reserve ? BinaryPrimitives.ReadUInt16LittleEndian(reserve) : 0;
        var reserved = Math.Max(builder.Reserve?.Length ?? 0, 20 + kept);
        var shift = 40 + reserved - (36 + (builder.Reserve is null ? 0 : 4 + builder.Reserve.Length));
        var end = cabinet.Length + shift;
        var expected = (byte[])[
            .. cabinet[..36],
            (byte)(reserved & 0xff), (byte)(reserved >> 8), (byte)builder.FolderReserve, 0,
            (byte)kept, 0, 16, 0, .. builder.Reserve?.Skip(4).Take(kept) ?? [],
            .. Number(end), .. Number(signed.Length - end), .. new byte[reserved - 12 - kept],
            .. cabinet[(40 + reserved - shift)..]];
        expected[30] |= 4;
        Add(expected, 8, shift);
        Add(expected, 16, shift);
        for (var folder = 0; folder < builder.Folders; folder++)
        {
            Add(expected, builder.FoldersOffset + shift + (folder * (8 + builder.FolderReserve)), shift);
        }

        Assert.That(signed[..end], Is.EqualTo(expected));

        static byte[] Number(int number) => BitConverter.GetBytes(number);

        static void Add(byte[] bytes, int offset, int shift) => BinaryPrimitives.WriteInt32LittleEndian(
            bytes.AsSpan(offset), BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(offset)) + shift);
    }

    // The digest over a signed cabinet, said once more and in other words.
    private static byte[] SecondReaderDigest(byte[] signed)
    {
        var reserved = BinaryPrimitives.ReadUInt16LittleEndian(signed.AsSpan(36));
        var kept = BinaryPrimitives.ReadUInt16LittleEndian(signed.AsSpan(40));
        var end = BinaryPrimitives.ReadInt32LittleEndian(signed.AsSpan(8));
        return SHA256.HashData([.. signed[..4], .. signed[8..36], .. signed[40..42], .. signed[44..(44 + kept)], .. signed[(40 + reserved)..end]]);
    }

    private static byte[] CompressibleBytes(int count) => [.. Enumerable.Range(0, count).Select(index => (byte)(index / 7 % 200))];
}
