using System.Buffers.Binary;
using Signet.Formats.Cabinets;
using Signet.Formats.Tests.Signers;

namespace Signet.Formats.Tests.Cabinets;

/// <summary>Cabinets that break the rules are refused with a reason, and changed ones do not hold.</summary>
[CancelAfter(120_000)]
public sealed class MalformedTests
{
    private static readonly CabinetFormat Format = new();

    private FormatBench _bench = null!;
    private InMemorySigner _signer = null!;
    private byte[] _signed = null!;

    [OneTimeSetUp]
    public async Task SetUp()
    {
        _bench = await FormatBench.StartAsync();
        _signer = InMemorySigner.Create(_bench.Authority, "p256");
        _signed = await FormatBench.SignAsync(
            Format, new CabinetBuilder { Folders = 2, ContentBytes = 50, Next = ("b.cab", "b") }.Build(), _signer, _bench.Timestamper, FormatBench.Choices(), CancellationToken.None);
    }

    [OneTimeTearDown]
    public async Task TearDown()
    {
        _signer.Dispose();
        await _bench.DisposeAsync();
    }

    private static IEnumerable<TestCaseData> Broken()
    {
        var plain = new CabinetBuilder();
        yield return Case("empty", _ => []);
        yield return Case("no MSCF", file => With(file, 0, 0));
        yield return Case("version 2", file => With(file, 25, 2));
        yield return Case("bytes behind the end", file => [.. file, 0]);
        yield return Case("cut short", file => file[..^1]);
        yield return Case("size larger", file => With32(file, 8, 0x7fffffff));
        yield return Case("size smaller than its header", file => With32(file, 8, 20));
        yield return Case("size 0", file => With32(file, 8, 0));
        yield return Case("files in the header", file => With32(file, 16, 30));
        yield return Case("files behind the end", file => With32(file, 16, 0xffffffff));
        yield return Case("65535 folders", file => With(With(file, 26, 0xff), 27, 0xff));
        yield return Case("folder behind the end", file => With32(file, plain.FoldersOffset, 0xffffffff));
        yield return Case("names without end", file => With(file, 30, 3));
        yield return Case("reserved area longer than the file", file => [.. With(file, 30, 4)[..36], 0xff, 0xff, 0, 0, .. file[36..]]);
        yield return Case("signature elsewhere", _ => new CabinetBuilder { Reserve = [0, 0, 16, 0, 1, 0, 0, 0, 1, 0, 0, 0, .. new byte[8]] }.Build());
        yield return Case("signature without length", _ => new CabinetBuilder { Reserve = [0, 0, 16, 0, 1, 0, 0, 0, 0, 0, 0, 0, .. new byte[8]] }.Build());

        static TestCaseData Case(string name, Func<byte[], byte[]> breakIt) => new TestCaseData(breakIt).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Broken))]
    public void Prepare_OfABrokenFile_SaysThatItIsMalformed(Func<byte[], byte[]> breakIt)
    {
        var file = breakIt(new CabinetBuilder().Build());
        Assert.That(
            async () => await Format.PrepareAsync(
                new MemoryStream(file), FormatBench.Choices(ExistingSignatureRule.Replace), CancellationToken.None),
            Throws.TypeOf<SignatureFormatException>().With.Property("Failure").EqualTo(FormatFailure.Malformed));
    }

    [Test]
    public void Prepare_OfAReservedAreaOfSomebodyElse_SaysThatThereIsNoPlace() => Assert.That(
        async () => await Format.PrepareAsync(
            new MemoryStream(new CabinetBuilder { Reserve = "somebody else's"u8.ToArray() }.Build()), FormatBench.Choices(), CancellationToken.None),
        Throws.TypeOf<SignatureFormatException>().With.Property("Failure").EqualTo(FormatFailure.Unsupported));

    [Test]
    public async Task PrepareAndVerify_OfEveryTruncation_AreRefused(CancellationToken cancellationToken)
    {
        for (var length = 0; length < _signed.Length; length++)
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
    public async Task Verify_OfEveryChangedByteOfTheCabinet_DoesNotHold(CancellationToken cancellationToken)
    {
        Assert.That((await _bench.VerifyAsync(Format, _signed, cancellationToken)).Holds, Is.True);
        var held = new List<int>();
        for (var offset = 0; offset < BinaryPrimitives.ReadInt32LittleEndian(_signed.AsSpan(8)); offset++)
        {
            var changed = (byte[])_signed.Clone();
            changed[offset] ^= 1;
            if (await HoldsAsync(changed, cancellationToken))
            {
                held.Add(offset);
            }
        }

        // Neither digest nor rule covers the unused checksum, the sizes of the folders' and data's reserved areas, and what
        // fills up behind the signature's place.
        Assert.That(held, Is.EqualTo(new[] { 4, 5, 6, 7, 38, 39, 52, 53, 54, 55, 56, 57, 58, 59 }));
    }

    [Test]
    public async Task Parsers_OverRandomChanges_ThrowNothingElse(CancellationToken cancellationToken)
    {
        var random = new Random(20261125);
        for (var round = 0; round < 3000; round++)
        {
            var file = (byte[])_signed.Clone();
            for (var change = random.Next(1, 6); change > 0; change--)
            {
                file[random.Next(3) > 0 ? random.Next(100) : random.Next(file.Length)] = (byte)random.Next(256);
            }

            if (random.Next(4) == 0)
            {
                file = file[..random.Next(file.Length)];
            }

            try
            {
                var edits = await FormatBench.EditsAsync(
                    Format, file, _signer, null, FormatBench.Choices(ExistingSignatureRule.Append), cancellationToken);
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
