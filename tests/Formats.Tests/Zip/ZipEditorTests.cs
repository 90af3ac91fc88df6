using System.Text;
using Signet.Formats.Zip;
using Signet.Testing.Judges;
using Signet.Testing.Tools;

namespace Signet.Formats.Tests.Zip;

/// <summary>Archives of several writers, edited, and judged by Info-ZIP, Python and the JDK.</summary>
[CancelAfter(120_000)]
public sealed class ZipEditorTests
{
    private static readonly byte[] Long = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 20_000)));
    private TemporaryDirectory _directory = null!;

    [OneTimeSetUp]
    public void SetUp() => _directory = new TemporaryDirectory();

    [OneTimeTearDown]
    public void TearDown() => _directory.Dispose();

    [Test]
    public async Task ToEdits_OfAnArchiveOfAnyWriter_IsReadByEveryJudge(
        [Values("dotnet", "dotnet-stream", "zip", "zip-stream", "zip64", "python", "python-zip64", "jar")] string writer,
        CancellationToken cancellationToken)
    {
        var original = await WriteAsync(writer, cancellationToken);
        var before = ZipSamples.Contents(original);
        var archive = await ReadAsync(original, cancellationToken);
        var editor = new ZipEditor(archive);
        editor.AddFirst("META-INF/first", PackedContent.Pack("first"u8, compress: true));
        editor.AddFirst("META-INF/second", PackedContent.Pack("second"u8, compress: false));
        editor.AddLast("ünïcode", PackedContent.Pack(Long, compress: true));
        editor.Replace(archive.Find("b/long.txt")!, PackedContent.Pack("replaced"u8, compress: true));
        editor.Remove(archive.Find("a.txt")!);
        var edited = Apply(original, editor.ToEdits());

        var after = ZipSamples.Contents(edited);
        var expected = new Dictionary<string, byte[]>(before, StringComparer.Ordinal)
        {
            ["META-INF/first"] = "first"u8.ToArray(),
            ["META-INF/second"] = "second"u8.ToArray(),
            ["ünïcode"] = Long,
            ["b/long.txt"] = "replaced"u8.ToArray(),
        };
        expected.Remove("a.txt");
        Assert.That(after, Is.EquivalentTo(expected));
        Assert.That(after.Keys.Take(2), Is.EqualTo(new[] { "META-INF/first", "META-INF/second" }));
        var again = await ReadAsync(edited, cancellationToken);
        Assert.That(again.HasGaps, Is.False);
        Assert.That(again.Find("c.bin")!.End - again.Find("c.bin")!.Offset, Is.EqualTo(archive.Find("c.bin")!.End - archive.Find("c.bin")!.Offset));
        await ZipTools.AssertReadsAsync(_directory, edited, cancellationToken);
    }

    [Test]
    public async Task ToEdits_WithoutAnyChange_GivesTheSameArchive(
        [Values("dotnet", "zip-stream", "zip64", "python-zip64", "jar")] string writer, CancellationToken cancellationToken)
    {
        var original = await WriteAsync(writer, cancellationToken);
        var archive = await ReadAsync(original, cancellationToken);
        Assert.That(Apply(original, new ZipEditor(archive).ToEdits()), Is.EqualTo(original));
    }

    [Test]
    public async Task ToEdits_RemovingWhatWasAdded_GivesTheOriginal(CancellationToken cancellationToken)
    {
        var original = await WriteAsync("zip", cancellationToken);
        var adder = new ZipEditor(await ReadAsync(original, cancellationToken));
        adder.AddFirst("x", PackedContent.Pack(Long, compress: true));
        adder.AddLast("y", PackedContent.Pack(Long, compress: false));
        var added = Apply(original, adder.ToEdits());
        var archive = await ReadAsync(added, cancellationToken);
        var remover = new ZipEditor(archive);
        remover.Remove(archive.Find("x")!);
        remover.Remove(archive.Find("y")!);
        Assert.That(Apply(added, remover.ToEdits()), Is.EqualTo(original));
    }

    [Test]
    public async Task ToEdits_OfAnEmptyArchive_AddsToIt(CancellationToken cancellationToken)
    {
        byte[] empty = [.. "PK\x5\x6"u8, .. new byte[18]];
        var editor = new ZipEditor(await ReadAsync(empty, cancellationToken));
        editor.AddFirst("a", PackedContent.Pack("a"u8, compress: false));
        editor.AddLast("b", PackedContent.Pack("b"u8, compress: true));
        var edited = Apply(empty, editor.ToEdits());
        Assert.That(ZipSamples.Contents(edited).Keys, Is.EqualTo(new[] { "a", "b" }));
        await ZipTools.AssertReadsAsync(_directory, edited, cancellationToken);
    }

    [Test]
    public async Task ToEdits_WithMoreEntriesThan65535_WritesZip64(CancellationToken cancellationToken)
    {
        var original = ZipSamples.Build([.. Enumerable.Range(0, 65534).Select(number => ($"{number}", Array.Empty<byte>()))]);
        var editor = new ZipEditor(await ReadAsync(original, cancellationToken));
        editor.AddLast("a", PackedContent.Pack("a"u8, compress: false));
        editor.AddLast("b", PackedContent.Pack("b"u8, compress: false));
        var edited = Apply(original, editor.ToEdits());
        Assert.That((await ReadAsync(edited, cancellationToken)).Entries, Has.Count.EqualTo(65536));
        Assert.That(ZipSamples.Contents(edited)["b"], Is.EqualTo("b"u8.ToArray()));
        await ZipTools.AssertReadsAsync(_directory, edited, cancellationToken);
    }

    [Test]
    public async Task ToEdits_OfAnArchiveAbove4GB_NeedsNoMemoryForIt(CancellationToken cancellationToken)
    {
        // Sparse: five gigabytes of zeros, stored (nobody reads them, so their CRC is made up), and an entry
        // behind them whose offset needs zip64.
        var file = _directory.File("large.zip");
        await ExternalProgram.RunSuccessfullyAsync("python3", ["-c", """
            import struct, sys, zlib
            size = 5 << 30
            crc = 1
            extra = struct.pack('<HHQQ', 1, 16, size, size)
            all = 0xffffffff
            with open(sys.argv[1], 'wb') as out:
                out.write(struct.pack('<IHHHHHIIIHH', 0x04034b50, 45, 0, 0, 0, 33, crc, all, all, 1, len(extra)) + b'z' + extra)
                out.seek(size, 1)
                start = out.tell()
                out.write(struct.pack('<IHHHHHIIIHH', 0x04034b50, 45, 0, 0, 0, 33, zlib.crc32(b'tail'), 4, 4, 1, 0) + b't' + b'tail')
                directory = out.tell()
                out.write(struct.pack('<IHHHHHHIIIHHHHHII', 0x02014b50, 45, 45, 0, 0, 0, 33, crc, all, all, 1, len(extra), 0, 0, 0, 0, 0) + b'z' + extra)
                extra = struct.pack('<HHQ', 1, 8, start)
                out.write(struct.pack('<IHHHHHHIIIHHHHHII', 0x02014b50, 45, 45, 0, 0, 0, 33, zlib.crc32(b'tail'), 4, 4, 1, len(extra), 0, 0, 0, 0, all) + b't' + extra)
                end = out.tell()
                out.write(struct.pack('<IQHHIIQQQQ', 0x06064b50, 44, 45, 45, 0, 0, 2, 2, end - directory, directory))
                out.write(struct.pack('<IIQI', 0x07064b50, 0, end, 1))
                out.write(struct.pack('<IHHHHIIH', 0x06054b50, 0, 0, 2, 2, all, all, 0))
            """, file], cancellationToken);
        await using var content = File.OpenRead(file);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var archive = await ZipReader.ReadAsync(content, null, cancellationToken);
        var editor = new ZipEditor(archive);
        editor.AddFirst("first", PackedContent.Pack("first"u8, compress: false));
        editor.AddLast("last", PackedContent.Pack("last"u8, compress: false));
        var edits = editor.ToEdits();
        Assert.That(edits.Sum(edit => edit.Inserted.Length), Is.LessThan(2000));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(4 << 20));

        await using var edited = new EditedStream(content, edits, leaveOpen: true);
        var again = await ZipReader.ReadAsync(edited, null, cancellationToken);
        Assert.That(await again.ReadAllAsync(again.Find("t")!, 100, cancellationToken), Is.EqualTo("tail"u8.ToArray()));
        Assert.That(await again.ReadAllAsync(again.Find("last")!, 100, cancellationToken), Is.EqualTo("last"u8.ToArray()));
        using var reader = new System.IO.Compression.ZipArchive(edited, System.IO.Compression.ZipArchiveMode.Read, leaveOpen: true);
        Assert.That(reader.Entries.Select(entry => entry.FullName), Is.EqualTo(new[] { "first", "z", "t", "last" }));
        using var last = new StreamReader(reader.GetEntry("t")!.Open());
        Assert.That(await last.ReadToEndAsync(cancellationToken), Is.EqualTo("tail"));
    }

    [Test]
    public async Task PackAsync_OfAStream_EqualsPackOfItsBytes([Values] bool compress, CancellationToken cancellationToken)
    {
        var streamed = await PackedContent.PackAsync(new MemoryStream(Long), compress, cancellationToken);
        var whole = PackedContent.Pack(Long, compress);
        Assert.That((streamed.Method, streamed.Crc32, streamed.ContentBytes), Is.EqualTo((whole.Method, whole.Crc32, whole.ContentBytes)));
        Assert.That(streamed.Data.ToArray(), Is.EqualTo(whole.Data.ToArray()));
    }

    private static Task<ZipFile> ReadAsync(byte[] archive, CancellationToken cancellationToken) =>
        ZipReader.ReadAsync(new MemoryStream(archive, writable: false), null, cancellationToken);

    private static byte[] Apply(byte[] original, IReadOnlyList<Edit> edits)
    {
        using var edited = new EditedStream(new MemoryStream(original), edits);
        using var result = new MemoryStream();
        edited.CopyTo(result);
        return result.ToArray();
    }

    private async Task<byte[]> WriteAsync(string writer, CancellationToken cancellationToken)
    {
        (string Name, byte[] Content)[] entries =
            [("a.txt", "hello"u8.ToArray()), ("b/", []), ("b/long.txt", Long), ("c.bin", [.. Enumerable.Range(0, 256).Select(number => (byte)number)])];
        return writer.StartsWith("dotnet", StringComparison.Ordinal)
            ? ZipSamples.Build(writer == "dotnet", entries)
            : await ZipTools.CreateAsync(_directory, writer, entries, cancellationToken);
    }
}
