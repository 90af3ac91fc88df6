using System.Buffers.Binary;
using Signet.Formats.Tests.Signers;
using Signet.Formats.WindowsInstaller;
using Signet.Testing.Judges;

namespace Signet.Formats.Tests.WindowsInstaller;

/// <summary>Packages that break the rules are refused with a reason, and changed ones do not hold.</summary>
[CancelAfter(120_000)]
public sealed class MalformedTests
{
    private const int Sector = 512;
    private static readonly WindowsInstallerFormat Format = new();

    private FormatBench _bench = null!;
    private InMemorySigner _signer = null!;
    private byte[] _signed = null!;

    [OneTimeSetUp]
    public async Task SetUp()
    {
        _bench = await FormatBench.StartAsync();
        _signer = InMemorySigner.Create(_bench.Authority, "p256");
        _signed = await FormatBench.SignAsync(
            Format, new CompoundBuilder().Build(), _signer, _bench.Timestamper, FormatBench.Choices(), CancellationToken.None);
    }

    [OneTimeTearDown]
    public async Task TearDown()
    {
        _signer.Dispose();
        await _bench.DisposeAsync();
    }

    private static IEnumerable<TestCaseData> Broken()
    {
        yield return Case("empty", _ => []);
        yield return Case("magic only", file => file[..8]);
        yield return Case("no magic", file => With(file, 0, 0));
        yield return Case("header only", file => file[..Sector]);
        yield return Case("version 5", file => With(file, 26, 5));
        yield return Case("version 4 with sectors of 512", file => With(file, 26, 4));
        yield return Case("byte order", file => With(file, 28, 0));
        yield return Case("sector shift 31", file => With(file, 30, 31));
        yield return Case("mini sector shift", file => With(file, 32, 7));
        yield return Case("cutoff", file => With32(file, 56, 8192));
        yield return Case("no FAT", file => With32(file, 44, 0));
        yield return Case("FAT larger than the file", file => With32(file, 44, 0x10000));
        yield return Case("FAT of 2^32-1 sectors", file => With32(file, 44, 0xffffffff));
        yield return Case("FAT sector outside", file => With32(file, 76, 0xfffffff0));
        yield return Case("FAT sector free", file => With32(file, 76, 0xffffffff));
        yield return Case("more FAT than DIFAT names", file => With32(file, 44, 3));
        yield return Case("directory outside", file => With32(file, 48, 0x1000));
        yield return Case("directory nowhere", file => With32(file, 48, 0xfffffffe));
        yield return Case("mini FAT outside", file => With32(file, 60, 0x1000));
        yield return Case("directory in a circle", file => With32(file, Fat(file, Directory(file)), Directory(file)));
        yield return Case("directory runs into the FAT", file => With32(file, Fat(file, Directory(file)), BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(76))));
        yield return Case("root is a stream", file => With(file, Entry(file, 0) + 66, 2));
        yield return Case("type 7", file => With(file, Entry(file, 1) + 66, 7));
        yield return Case("name of 200 bytes", file => With(file, Entry(file, 1) + 64, 200));
        yield return Case("name of 3 bytes", file => With(file, Entry(file, 1) + 64, 3));
        yield return Case("child outside", file => With32(file, Entry(file, 0) + 76, 0x1000));
        yield return Case("child is the root", file => With32(file, Entry(file, 0) + 76, 0));
        yield return Case("sibling in a circle", file => With32(file, Entry(file, Child(file)) + 68, (uint)Child(file)));
        yield return Case("start of the mini stream outside", file => With32(file, Entry(file, 0) + 116, 0x2000));
        yield return Case("mini stream longer than its chain", file => With32(file, Entry(file, 0) + 120, 0x7fffffff));
        yield return Case("stream longer than its chain", file => With32(file, Large(file) + 120, 20_000));
        yield return Case("stream of 2 GB", file => With32(file, Large(file) + 120, 0x7fffffff));
        yield return Case("stream in another's sectors", file => With32(file, Large(file) + 116, BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(Named(file, "cutoff") + 116))));
        yield return Case("stream in the directory", file => With32(file, Large(file) + 116, Directory(file)));
        yield return Case("small stream outside of the mini stream", file => With32(file, Named(file, "below") + 116, 0x3000));
        yield return Case("two streams of one name", file => Rename(file, "cutoff", "CUTOFF", "empty"));

        static TestCaseData Case(string name, Func<byte[], byte[]> breakIt) => new TestCaseData(breakIt).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Broken))]
    public void PrepareAndVerify_OfABrokenFile_SayThatItIsMalformed(Func<byte[], byte[]> breakIt)
    {
        var file = breakIt((byte[])_signed.Clone());
        Assert.That(
            async () => await Format.PrepareAsync(
                new MemoryStream(file), FormatBench.Choices(ExistingSignatureRule.Replace), CancellationToken.None),
            Throws.TypeOf<SignatureFormatException>().With.Property("Failure").EqualTo(FormatFailure.Malformed));
        Assert.That(async () => await HoldsAsync(file, CancellationToken.None), Is.False);
    }

    [Test]
    public async Task Prepare_OfEveryTruncation_SaysThatItIsMalformed(CancellationToken cancellationToken)
    {
        for (var length = 0; length < _signed.Length - Sector; length += length < 2048 ? 1 : 37)
        {
            var cut = _signed[..length];
            Assert.That(
                async () => await Format.PrepareAsync(
                    new MemoryStream(cut), FormatBench.Choices(ExistingSignatureRule.Replace), cancellationToken),
                Throws.TypeOf<SignatureFormatException>().With.Property("Failure").EqualTo(FormatFailure.Malformed), $"{length} bytes");
            Assert.That(await HoldsAsync(cut, cancellationToken), Is.False, $"{length} bytes");
        }
    }

    [Test]
    public async Task Verify_OfAChangedStream_DoesNotHoldForEitherJudge(CancellationToken cancellationToken)
    {
        var strict = new StrictCompoundFile(_signed);
        foreach (var (name, content) in strict.Content.Where(stream => stream.Value.Length > 0 && !stream.Key.Contains("DigitalSignature", StringComparison.Ordinal)))
        {
            var changed = (byte[])_signed.Clone();
            changed[changed.AsSpan().IndexOf(content.AsSpan(0, Math.Min(content.Length, 60))) + 3] ^= 1;
            Assert.That(await HoldsAsync(changed, cancellationToken), Is.False, name);
            var judged = await _bench.JudgeAsync(changed, ".msi", cancellationToken);
            Assert.That(Osslsigncode.Accepts(judged), Is.False, name);
            FormatEvidence.RefusedAfterChange("msi", "osslsigncode");
        }
    }

    [TestCase("large", 0, TestName = "Verify_OfAChangedName_DoesNotHold")]
    [TestCase("large", 108, TestName = "Verify_OfAChangedTime_DoesNotHold")]
    [TestCase("Sub", 80, TestName = "Verify_OfAChangedClassId_DoesNotHold")]
    [TestCase("Sub", 96, TestName = "Verify_OfChangedStateBits_DoesNotHold")]
    public async Task VerifyOfChangedMetadata(string entry, int offset)
    {
        var changed = (byte[])_signed.Clone();
        changed[Named(changed, entry) + offset] ^= 1;
        Assert.That(await HoldsAsync(changed, CancellationToken.None), Is.False);
        var judged = await _bench.JudgeAsync(changed, ".msi", CancellationToken.None);
        Assert.That(Osslsigncode.Accepts(judged), Is.False, judged.All);
        FormatEvidence.RefusedAfterChange("msi", "osslsigncode");
    }

    [Test]
    public async Task Parsers_OverRandomChanges_ThrowNothingElse(CancellationToken cancellationToken)
    {
        var random = new Random(20261125);
        var directory = (int)((Directory(_signed) + 1) * Sector);
        var fat = Fat(_signed, 0);
        for (var round = 0; round < 3000; round++)
        {
            var file = (byte[])_signed.Clone();
            for (var change = random.Next(1, 6); change > 0; change--)
            {
                var offset = random.Next(4) switch
                {
                    0 => random.Next(Sector),
                    1 => directory + random.Next(8 * 128),
                    2 => fat + random.Next(Sector),
                    _ => random.Next(file.Length),
                };
                file[offset] = random.Next(3) == 0 ? (byte)0xff : (byte)random.Next(256);
            }

            if (random.Next(4) == 0)
            {
                file = file[..random.Next(file.Length)];
            }

            try
            {
                var edits = await FormatBench.EditsAsync(
                    Format, file, _signer, null, FormatBench.Choices(ExistingSignatureRule.Replace), cancellationToken);
                using var edited = new EditedStream(new MemoryStream(file), edits);
            }
            catch (SignatureFormatException)
            {
                // As it has to be.
            }

            await HoldsAsync(file, cancellationToken);
        }
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

    private static uint Directory(byte[] file) => BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(48));

    // Offset of the FAT's entry for a sector; the files here have one sector of FAT.
    private static int Fat(byte[] file, uint sector) =>
        (int)((BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(76)) + 1) * Sector) + ((int)sector * 4);

    private static int Child(byte[] file) => (int)BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(Entry(file, 0) + 76));

    private static int Entry(byte[] file, int index)
    {
        var sector = Directory(file);
        for (; index >= 4; index -= 4)
        {
            sector = BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(Fat(file, sector)));
        }

        return (int)((sector + 1) * Sector) + (index * 128);
    }

    private static int Large(byte[] file) => Named(file, "large");

    private static int Named(byte[] file, string name) => file.AsSpan().IndexOf(System.Text.Encoding.Unicode.GetBytes(name + "\0"));

    private static byte[] Rename(byte[] file, string name, string to, string other)
    {
        System.Text.Encoding.Unicode.GetBytes(to + "\0").CopyTo(file, Named(file, other));
        file[Named(file, to) + 64] = (byte)((to.Length * 2) + 2);
        Assert.That(Named(file, name), Is.Positive);
        return file;
    }

    private static byte[] With(byte[] file, int offset, byte value)
    {
        file[offset] = value;
        return file;
    }

    private static byte[] With32(byte[] file, int offset, uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(offset), value);
        return file;
    }
}
