using System.Buffers.Binary;
using Signet.Formats.Zip;

namespace Signet.Formats.Tests.Zip;

/// <summary>Archives that two readers could see differently, or that ask for too much, are refused with a reason.</summary>
[CancelAfter(120_000)]
public sealed class ZipReaderTests
{
    private const int Central = 0;
    private static readonly byte[] Content = [.. Enumerable.Range(0, 300).Select(number => (byte)(number / 7))];

    private static IEnumerable<TestCaseData> Broken()
    {
        yield return Case("empty", _ => []);
        yield return Case("no end record", zip => zip[..^1]);
        yield return Case("byte behind the end", zip => [.. zip, 0]);
        yield return Case("two end records", TwoEnds);
        yield return Case("other disk", zip => With16(zip, End(zip) + 4, 1), FormatFailure.Unsupported);
        yield return Case("directory on other disk", zip => With16(zip, End(zip) + 6, 1), FormatFailure.Unsupported);
        yield return Case("entries on this disk", zip => With16(zip, End(zip) + 8, 1));
        yield return Case("more entries than headers", zip => With16(With16(zip, End(zip) + 8, 3), End(zip) + 10, 3));
        yield return Case("fewer entries than headers", zip => With16(With16(zip, End(zip) + 8, 1), End(zip) + 10, 1));
        yield return Case("directory size", zip => Add32(zip, End(zip) + 12, 1));
        yield return Case("directory offset", zip => Add32(zip, End(zip) + 16, -1));
        yield return Case("directory behind the end", zip => With32(zip, End(zip) + 16, 0xfffffffe));
        yield return Case("zip64 values without zip64 record", zip => With32(zip, End(zip) + 16, 0xffffffff));
        yield return Case("no central header", zip => With32(zip, Header(zip, Central), 0));
        yield return Case("name reaches behind the directory", zip => With16(zip, Header(zip, 1) + 28, 0xffff));
        yield return Case("entry on other disk", zip => With16(zip, Header(zip, Central) + 34, 3), FormatFailure.Unsupported);
        yield return Case("zip64 size without field", zip => With32(zip, Header(zip, Central) + 24, 0xffffffff));
        yield return Case("no local header", zip => With32(zip, 0, 0));
        yield return Case("encrypted", zip => With16(With16(zip, 6, 1), Header(zip, Central) + 8, 1), FormatFailure.Unsupported);
        yield return Case("encrypted in the local header alone", zip => With16(zip, 6, 1), FormatFailure.Unsupported);
        yield return Case("strong encryption", zip => With16(zip, Header(zip, Central) + 8, 0x41), FormatFailure.Unsupported);
        yield return Case("masked header", zip => With16(zip, Header(zip, Central) + 8, 0x2000), FormatFailure.Unsupported);
        yield return Case("descriptor in the directory alone", zip => With16(zip, Header(zip, Central) + 8, 8));
        yield return Case("other method", zip => With16(zip, 8, 12));
        yield return Case("other CRC", zip => Add32(zip, 14, 1));
        yield return Case("other compressed size", zip => Add32(zip, 18, 1));
        yield return Case("other size", zip => Add32(zip, 22, 1));
        yield return Case("other name", zip => With(zip, 30, (byte)'z'));
        yield return Case("longer name", zip => With16(zip, 26, 2));
        yield return Case("extra field behind the data", zip => With16(zip, 28, 0xffff));
        yield return Case("overlap", zip => With32(zip, Header(zip, 1) + 42, 0));
        yield return Case("name twice", zip => With(With(zip, Local(zip, 1) + 30, (byte)'a'), Header(zip, 1) + 46, (byte)'a'));
        yield return Case("NUL in a name", zip => With(With(zip, 30, 0), Header(zip, Central) + 46, 0));
        yield return Case("slash as a name", zip => With(With(zip, 30, (byte)'/'), Header(zip, Central) + 46, (byte)'/'));
        yield return Case("invalid UTF-8", InvalidUtf8);

        static TestCaseData Case(string name, Func<byte[], byte[]> breakIt, FormatFailure failure = FormatFailure.Malformed) =>
            new TestCaseData(breakIt, failure).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Broken))]
    public void Read_OfABrokenArchive_SaysWhatIsWrong(Func<byte[], byte[]> breakIt, FormatFailure failure)
    {
        var archive = breakIt(ZipSamples.Build(("a", Content), ("b", Content)));
        Assert.That(
            async () => await ReadAsync(archive),
            Throws.TypeOf<SignatureFormatException>().With.Property("Failure").EqualTo(failure));
    }

    [TestCase("../a")]
    [TestCase("a/../../b")]
    [TestCase("a\\..\\b")]
    [TestCase("/a")]
    [TestCase("\\a")]
    [TestCase("C:/a")]
    public void Read_OfANameThatLeadsOut_IsRefused(string name) => Assert.That(
        async () => await ReadAsync(ZipSamples.Build((name, Content))),
        Throws.TypeOf<SignatureFormatException>().With.Message.Contains("leads out"));

    [Test]
    public void Read_OfAWrongDescriptor_IsRefused([Values(0, 4, 8, 12)] int at)
    {
        var archive = ZipSamples.Build(false, ("a", Content));
        var descriptor = archive.AsSpan().IndexOf("PK\x7\x8"u8);
        Assert.That(descriptor, Is.Positive);
        archive[descriptor + at] ^= 1;
        Assert.That(async () => await ReadAsync(archive), Throws.TypeOf<SignatureFormatException>());
    }

    [Test]
    public async Task Open_OfChangedContent_DoesNotReachItsEnd([Values] bool compressed)
    {
        var archive = ZipSamples.Build(("a", compressed ? Content : Content[1..]));
        archive[45] ^= 0x20;
        var zip = await ReadAsync(archive);
        Assert.That(
            async () => await zip.ReadAllAsync(zip.Entries[0], 1000, CancellationToken.None),
            Throws.TypeOf<SignatureFormatException>().With.Property("Failure").EqualTo(FormatFailure.Malformed));
    }

    [Test]
    public async Task Open_OfMoreContentThanStated_EndsAtTheStatedSize()
    {
        // A bomb: both headers say one byte.
        var archive = ZipSamples.Build(("a", new byte[1_000_000]));
        With32(With32(archive, 22, 1), Header(archive, Central) + 24, 1);
        var zip = await ReadAsync(archive);
        Assert.That(
            async () => await zip.ReadAllAsync(zip.Entries[0], 1000, CancellationToken.None),
            Throws.TypeOf<SignatureFormatException>().With.Message.Contains("more content"));
    }

    [Test]
    public void Read_AboveItsLimits_IsRefused()
    {
        var archive = ZipSamples.Build(("a", Content), ("b", Content));
        foreach (var limits in new ZipLimits[] { new() { Entries = 1 }, new() { DirectoryBytes = 80 }, new() { ExpandedBytes = 500 } })
        {
            Assert.That(
                async () => await ZipReader.ReadAsync(new MemoryStream(archive), limits, CancellationToken.None),
                Throws.TypeOf<SignatureFormatException>().With.Property("Failure").EqualTo(FormatFailure.Unsupported));
        }
    }

    [Test]
    public void Read_OfEveryTruncation_IsRefused()
    {
        var archive = ZipSamples.Build(("a", Content), ("b", Content));
        for (var length = 0; length < archive.Length; length++)
        {
            Assert.That(async () => await ReadAsync(archive[..length]), Throws.TypeOf<SignatureFormatException>(), $"{length} bytes");
        }
    }

    [Test]
    public async Task Read_OverRandomChanges_ThrowsNothingElse([Values] bool seekable)
    {
        var archive = ZipSamples.Build(seekable, ("a", Content), ("dir/", []), ("dir/b", Content[1..]));
        var random = new Random(20261125);
        for (var round = 0; round < 4000; round++)
        {
            var changed = (byte[])archive.Clone();
            for (var change = random.Next(1, 5); change > 0; change--)
            {
                changed[random.Next(changed.Length)] = (byte)random.Next(256);
            }

            try
            {
                var zip = await ReadAsync(changed);
                foreach (var entry in zip.Entries)
                {
                    await zip.ReadAllAsync(entry, 10_000, CancellationToken.None);
                }

                new ZipEditor(zip).ToEdits();
            }
            catch (SignatureFormatException)
            {
                // As it has to be.
            }
        }
    }

    private static Task<ZipFile> ReadAsync(byte[] archive) =>
        ZipReader.ReadAsync(new MemoryStream(archive, writable: false), null, CancellationToken.None);

    private static byte[] TwoEnds(byte[] zip)
    {
        byte[] second = [.. zip[End(zip)..]];
        return [.. With16(zip, End(zip) + 20, second.Length), .. second];
    }

    private static byte[] InvalidUtf8(byte[] zip)
    {
        With16(With16(zip, 6, 0x800), Header(zip, Central) + 8, 0x800);
        return With(With(zip, 30, 0xff), Header(zip, Central) + 46, 0xff);
    }

    private static int End(byte[] zip) => zip.AsSpan().LastIndexOf("PK\x5\x6"u8);

    private static int Header(byte[] zip, int number)
    {
        var at = (int)BinaryPrimitives.ReadUInt32LittleEndian(zip.AsSpan(End(zip) + 16));
        for (; number > 0; number--)
        {
            at += 46 + BinaryPrimitives.ReadUInt16LittleEndian(zip.AsSpan(at + 28)) + BinaryPrimitives.ReadUInt16LittleEndian(zip.AsSpan(at + 30));
        }

        return at;
    }

    private static int Local(byte[] zip, int number) =>
        (int)BinaryPrimitives.ReadUInt32LittleEndian(zip.AsSpan(Header(zip, number) + 42));

    private static byte[] With(byte[] zip, int at, byte value)
    {
        zip[at] = value;
        return zip;
    }

    private static byte[] With16(byte[] zip, int at, int value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(zip.AsSpan(at), (ushort)value);
        return zip;
    }

    private static byte[] With32(byte[] zip, int at, uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(zip.AsSpan(at), value);
        return zip;
    }

    private static byte[] Add32(byte[] zip, int at, int value) =>
        With32(zip, at, unchecked((uint)(BinaryPrimitives.ReadUInt32LittleEndian(zip.AsSpan(at)) + value)));
}
