using Signet.Formats.PortableExecutable;
using Signet.Formats.Tests.Signers;

namespace Signet.Formats.Tests.PortableExecutable;

/// <summary>Files that break the rules are refused with a reason, before any key is used, whatever is wrong with them.</summary>
[CancelAfter(120_000)]
public sealed class MalformedTests
{
    private Bench _bench = null!;
    private byte[] _signed = null!;
    private InMemorySigner _signer = null!;

    [OneTimeSetUp]
    public async Task SetUp()
    {
        _bench = await Bench.CreateAsync();
        _signer = InMemorySigner.Create(_bench.Authority, "p256");
        _signed = await Bench.SignAsync(
            new ImageBuilder { Overlay = 8 }.Build(), _signer, _bench.Timestamper, Bench.Choices(), CancellationToken.None);
    }

    [OneTimeTearDown]
    public async Task TearDown()
    {
        _signer.Dispose();
        await _bench.DisposeAsync();
    }

    private static IEnumerable<TestCaseData> Broken()
    {
        var builder = new ImageBuilder();
        yield return Case("empty", _ => []);
        yield return Case("one byte", _ => [(byte)'M']);
        yield return Case("no MZ", image => With(image, 0, 0));
        yield return Case("no PE", image => With(image, ImageBuilder.PeOffset, 0));
        yield return Case("e_lfanew 0", image => With32(image, 0x3c, 0));
        yield return Case("e_lfanew odd", image => With32(image, 0x3c, ImageBuilder.PeOffset + 1));
        yield return Case("e_lfanew behind the end", image => With32(image, 0x3c, 0x10000));
        yield return Case("e_lfanew huge", image => With32(image, 0x3c, 0xfffffffc));
        yield return Case("magic", image => With16(image, ImageBuilder.OptionalHeader, 0x107));
        yield return Case("no optional header", image => With16(image, ImageBuilder.PeOffset + 20, 0));
        yield return Case("short optional header", image => With16(image, ImageBuilder.PeOffset + 20, 90));
        yield return Case("more directories than header", image => With32(image, ImageBuilder.OptionalHeader + 92, 17));
        yield return Case("huge number of directories", image => With32(image, ImageBuilder.OptionalHeader + 92, 0xffffffff));
        yield return Case("four directories", image => With32(image, ImageBuilder.OptionalHeader + 92, 4));
        yield return Case("65535 sections", image => With16(image, ImageBuilder.PeOffset + 6, 65535));
        yield return Case("section in headers", image => With32(image, builder.SectionTable + 20, 0x10));
        yield return Case("sections overlap", image => With32(image, builder.SectionTable + 60, 0x500));
        yield return Case("section behind the end", image => With32(image, builder.SectionTable + 56, 0x10000));
        yield return Case("section sizes overflow", image => With32(image, builder.SectionTable + 56, 0xffffffff));
        yield return Case("table without size", image => With32(image, builder.EntryOffset, 0x800));
        yield return Case("table without place", image => With32(image, builder.EntryOffset + 4, 8));
        yield return Case("table behind the end", image => With32(With32(image, builder.EntryOffset, 0x10000), builder.EntryOffset + 4, 8));
        yield return Case("table reaches behind the end", image => With32(With32(image, builder.EntryOffset, 0x800), builder.EntryOffset + 4, 0x1000));
        yield return Case("table size overflows", image => With32(With32(image, builder.EntryOffset, 0x800), builder.EntryOffset + 4, 0xffffffff));
        yield return Case("table in a section", image => With32(With32(image, builder.EntryOffset, 0x600), builder.EntryOffset + 4, 0x200));
        yield return Case("table not aligned", image => With32(With32([.. image, 0, 0, 0, 0], builder.EntryOffset, 0x804), builder.EntryOffset + 4, 8));
        yield return Case("bytes behind the table", image => With32(With32([.. image, .. new byte[24]], builder.EntryOffset, 0x800), builder.EntryOffset + 4, 16));
        yield return Case("entry of length 0", image => With32(With32([.. image, .. new byte[16]], builder.EntryOffset, 0x800), builder.EntryOffset + 4, 16));
        yield return Case("entry longer than the table", image => Entry(image, 17, 0x00020200));
        yield return Case("entry of length 2^32-1", image => Entry(image, 0xffffffff, 0x00020200));
        yield return Case("entry of revision 1", image => Entry(image, 16, 0x00020100));
        yield return Case("entry that is no PKCS#7", image => Entry(image, 16, 0x00010200));

        static TestCaseData Case(string name, Func<byte[], byte[]> breakIt) =>
            new TestCaseData(breakIt).SetArgDisplayNames(name);

        byte[] Entry(byte[] image, long length, long revisionAndType)
        {
            image = With32(With32([.. image, .. new byte[16]], builder.EntryOffset, 0x800), builder.EntryOffset + 4, 16);
            return With32(With32(image, 0x800, length), 0x804, revisionAndType);
        }
    }

    [TestCaseSource(nameof(Broken))]
    public void Prepare_OfABrokenFile_SaysThatItIsMalformed(Func<byte[], byte[]> breakIt)
    {
        var image = breakIt(new ImageBuilder().Build());
        Assert.That(
            async () => await new PortableExecutableFormat().PrepareAsync(
                new MemoryStream(image), Bench.Choices(ExistingSignatureRule.Append), CancellationToken.None),
            Throws.TypeOf<SignatureFormatException>().With.Property("Failure").EqualTo(FormatFailure.Malformed));
    }

    [Test]
    public async Task Prepare_OfEveryTruncation_SaysThatItIsMalformedOrHasLessOverlay(CancellationToken cancellationToken)
    {
        var format = new PortableExecutableFormat();
        var refused = 0;
        for (var length = 0; length < _signed.Length; length++)
        {
            try
            {
                await format.PrepareAsync(
                    new MemoryStream(_signed, 0, length), Bench.Choices(ExistingSignatureRule.Replace), cancellationToken);
            }
            catch (SignatureFormatException exception) when (exception.Failure == FormatFailure.Malformed)
            {
                refused++;
            }
        }

        Assert.That(refused, Is.EqualTo(_signed.Length), "A file that ends before its certificate table was taken.");
    }

    // What the agent does with its own signature: it has the certificates already.
    [TestCase(false)]
    [TestCase(true)]
    public async Task Verify_OfEveryChangedByte_DoesNotHold(bool certificatesAreKnown, CancellationToken cancellationToken)
    {
        var trust = certificatesAreKnown
            ? _bench.Trust with { KnownCertificates = new KnownCertificates(_signer.CertificateChain) }
            : _bench.Trust;
        Assert.That(await HoldsAsync(_signed, trust, cancellationToken), Is.True);
        var held = new List<int>();
        for (var offset = 0; offset < _signed.Length; offset++)
        {
            if (await HoldsAsync(Flipped(_signed, offset), trust, cancellationToken))
            {
                held.Add(offset);
            }
        }

        // By digest, signature, timestamp or checksum, every byte is covered.
        Assert.That(held, Is.Empty);
    }

    [Test]
    public async Task Parsers_OverRandomChanges_ThrowNothingElse(CancellationToken cancellationToken)
    {
        var random = new Random(20261124);
        var format = new PortableExecutableFormat();
        for (var round = 0; round < 3000; round++)
        {
            var image = (byte[])_signed.Clone();
            for (var change = random.Next(1, 6); change > 0; change--)
            {
                // Headers most of all, and the certificate table.
                var offset = random.Next(2) == 0 ? random.Next(0x200) : random.Next(image.Length);
                image[offset] = (byte)random.Next(256);
            }

            if (random.Next(4) == 0)
            {
                image = image[..random.Next(image.Length)];
            }

            try
            {
                await format.PrepareAsync(new MemoryStream(image), Bench.Choices(ExistingSignatureRule.Append), cancellationToken);
            }
            catch (SignatureFormatException)
            {
                // As it has to be.
            }

            await HoldsAsync(image, cancellationToken);
        }
    }

    private Task<bool> HoldsAsync(byte[] image, CancellationToken cancellationToken) =>
        HoldsAsync(image, _bench.Trust, cancellationToken);

    private static async Task<bool> HoldsAsync(byte[] image, TrustAnchors trust, CancellationToken cancellationToken)
    {
        try
        {
            var report = await new PortableExecutableFormat().VerifyAsync(new MemoryStream(image), trust, cancellationToken);
            return report.Holds;
        }
        catch (SignatureFormatException)
        {
            return false;
        }
    }

    private static byte[] Flipped(byte[] image, int offset)
    {
        var copy = (byte[])image.Clone();
        copy[offset] ^= 1;
        return copy;
    }

    private static byte[] With(byte[] image, int offset, byte value)
    {
        image[offset] = value;
        return image;
    }

    private static byte[] With16(byte[] image, int offset, int value)
    {
        ImageBuilder.Write16(image, offset, value);
        return image;
    }

    private static byte[] With32(byte[] image, int offset, long value)
    {
        ImageBuilder.Write32(image, offset, value);
        return image;
    }
}
