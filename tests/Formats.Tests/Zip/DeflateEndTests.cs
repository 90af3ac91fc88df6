using System.Buffers.Binary;
using System.IO.Compression;
using Signet.Formats.Tests.Signers;
using Signet.Formats.Vsix;
using Signet.Formats.Zip;
using Signet.Testing.Packages;
using Signet.Testing.Tools;

namespace Signet.Formats.Tests.Zip;

/// <summary>Compressed data end where their entry ends (RFC 1951 section 3.2.3), as other readers of archives want it.</summary>
[CancelAfter(120_000)]
public sealed class DeflateEndTests
{
    private const int DataOffset = 31;

    private static readonly byte[] Content = [.. Enumerable.Range(0, 300).Select(number => (byte)(number / 7))];

    private static IEnumerable<TestCaseData> Ends()
    {
        yield return Case("the last block is not marked as the last", data => [(byte)(data[0] & 0xFE), .. data[1..]]);
        yield return Case("the last byte is missing", data => data[..^1]);
        yield return Case("one byte too many", data => [.. data, 0], unzipAccepts: true);
        yield return Case("another stream behind the end", data => [.. data, .. data], unzipAccepts: true);
        yield return Case("no last block behind the content", _ => WithoutLastBlock());
        yield return Case("a last block that is cut off", _ => [.. WithoutLastBlock(), 1, 0, 0]);

        // Info-ZIP does not look at bytes behind the end, which no signature covers.
        static TestCaseData Case(string name, Func<byte[], byte[]> change, bool unzipAccepts = false) =>
            new TestCaseData(change, unzipAccepts).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Ends))]
    public async Task Open_OfDataThatDoNotEndThere_IsRefused(Func<byte[], byte[]> change, bool unzipAccepts)
    {
        var cancellationToken = TestContext.CurrentContext.CancellationToken;
        var archive = WithData(ZipSamples.Build(("a", Content)), change);
        Assert.That(await UnzipAcceptsAsync(archive, cancellationToken), Is.EqualTo(unzipAccepts));
        Assert.That(
            async () => await ZipReader.RequireIntactAsync(new MemoryStream(archive), cancellationToken),
            Throws.TypeOf<SignatureFormatException>().With.Property("Failure").EqualTo(FormatFailure.Malformed));
    }

    [Test]
    public async Task Open_OfDataInAnyBlocks_ReachesTheEnd(CancellationToken cancellationToken)
    {
        var archive = WithData(ZipSamples.Build(("a", Content)), _ => [.. WithoutLastBlock(), 3, 0]);
        Assert.That(await UnzipAcceptsAsync(archive, cancellationToken), Is.True);
        await ZipReader.RequireIntactAsync(new MemoryStream(archive), cancellationToken);
    }

    [Test]
    public async Task Open_OfAnySize_ReachesTheEnd([Values] bool random, CancellationToken cancellationToken)
    {
        // Around the sizes of the buffers in between as well, where the last byte or the last block may come in a read of its own.
        var sizes = Enumerable.Range(1, 300).Select(size => 2 * size)
            .Concat(new[] { 4096, 8192, 16384, 65536, 81920, 131072 }.SelectMany(size => Enumerable.Range(-4, 9).Select(step => size + (2 * step))));
        var source = new Random(20261201);
        foreach (var size in sizes)
        {
            var content = new byte[size];
            if (random)
            {
                source.NextBytes(content);
            }

            var zip = await ZipReader.ReadAsync(new MemoryStream(ZipSamples.Build(("a", content))), null, cancellationToken);
            Assert.That(zip.Entries[0].Header.Method, Is.EqualTo(8));
            Assert.That(await zip.ReadAllAsync(zip.Entries[0], size, cancellationToken), Is.EqualTo(content), $"{size} bytes");
        }
    }

    [Test]
    public async Task Verify_OfASignedPackageWithoutALastBlock_DoesNotHold(CancellationToken cancellationToken)
    {
        await using var bench = await FormatBench.StartAsync();
        var format = new VsixFormat(TimeProvider.System);
        using var signer = InMemorySigner.Create(bench.Authority, "p256");
        var signed = await FormatBench.SignAsync(
            format, new VsixBuilder().Build(), signer, null, FormatBench.Choices(), cancellationToken);
        Assert.That((await bench.VerifyAsync(format, signed, cancellationToken)).Holds, Is.True);
        var zip = await ZipReader.ReadAsync(new MemoryStream(signed), null, cancellationToken);
        signed[zip.Find("extension.vsixmanifest")!.DataOffset] ^= 1;
        Assert.That(await UnzipAcceptsAsync(signed, cancellationToken), Is.False);
        Assert.That(
            async () => await bench.VerifyAsync(format, signed, cancellationToken),
            Throws.TypeOf<SignatureFormatException>().With.Property("Failure").EqualTo(FormatFailure.Malformed));
    }

    // The content and then an empty block that is not the last one, which ends at a byte.
    private static byte[] WithoutLastBlock()
    {
        using var result = new MemoryStream();
        using var deflate = new DeflateStream(result, CompressionLevel.Optimal);
        deflate.Write(Content);
        deflate.Flush();
        return result.ToArray();
    }

    // Other compressed data in the one entry of an archive, with its sizes and offsets put right.
    private static byte[] WithData(byte[] zip, Func<byte[], byte[]> change)
    {
        var bytes = (int)BinaryPrimitives.ReadUInt32LittleEndian(zip.AsSpan(18));
        var data = change(zip[DataOffset..(DataOffset + bytes)]);
        byte[] result = [.. zip[..DataOffset], .. data, .. zip[(DataOffset + bytes)..]];
        var end = result.AsSpan().LastIndexOf("PK\x5\x6"u8);
        var header = DataOffset + data.Length;
        Write(18, data.Length);
        Write(header + 20, data.Length);
        Write(end + 16, header);
        return result;

        void Write(int at, int value) => BinaryPrimitives.WriteInt32LittleEndian(result.AsSpan(at), value);
    }

    private static async Task<bool> UnzipAcceptsAsync(byte[] archive, CancellationToken cancellationToken)
    {
        using var directory = new TemporaryDirectory();
        var file = directory.File("a.zip");
        await File.WriteAllBytesAsync(file, archive, cancellationToken);
        return (await ExternalProgram.RunAsync("unzip", ["-t", "-qq", file], cancellationToken)).ExitCode == 0;
    }
}
