using System.Text;
using Signet.Formats.Tests.Signers;

namespace Signet.Formats.Tests.Scripts;

/// <summary>Scripts that break the rules are refused with a reason, before any key is used, whatever is wrong with them.</summary>
[CancelAfter(120_000)]
public sealed class MalformedTests
{
    private const string Begin = "# SIG # Begin signature block";
    private const string End = "# SIG # End signature block";

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

    [TestCase("a\r\n" + Begin, TestName = "{m}(begin alone)")]
    [TestCase("a\r\n" + Begin + "\r\n", TestName = "{m}(no end)")]
    [TestCase("a\r\n" + Begin + "\r\n# AAAA\r\n", TestName = "{m}(no end behind lines)")]
    [TestCase("a\r\n" + Begin + "\r\nAAAA\r\n" + End + "\r\n", TestName = "{m}(line that is no comment)")]
    [TestCase("a\r\n" + Begin + "\r\n# A*AA\r\n" + End + "\r\n", TestName = "{m}(no base64)")]
    [TestCase("a\r\n" + Begin + "\r\n# AAA\r\n" + End + "\r\n", TestName = "{m}(base64 without its padding)")]
    [TestCase("a\r\n" + Begin + "\r\n# AAAA\r\n" + End + "\r\nb", TestName = "{m}(text behind the block)")]
    [TestCase("a\r\n" + Begin + "\r\n# AAAA\r\n" + End + " \r\n", TestName = "{m}(end with a space)")]
    [TestCase("a\r\n" + Begin + "\r\n# AAAA\r\n" + Begin + "\r\n", TestName = "{m}(begin in the block)")]
    [TestCase("a\0b\r\n", TestName = "{m}(NUL)")]
    [TestCase("\u00ef\u00bb\u00bfa\u00ff\r\n", TestName = "{m}(not the UTF-8 that its mark says)")]
    [TestCase("\u00ff\u00fea\0b", TestName = "{m}(UTF-16 of odd length)")]
    [TestCase("\u00ff\u00fea\0\0\0", TestName = "{m}(UTF-16 with NUL)")]
    public void Prepare_OfABrokenScript_SaysThatItIsMalformed(string latin1) => Assert.That(
        async () => await PrepareAsync("a.ps1", Encoding.Latin1.GetBytes(latin1)),
        Throws.TypeOf<SignatureFormatException>().With.Property("Failure").EqualTo(FormatFailure.Malformed));

    [TestCase("")]
    [TestCase("abc")]
    public void Prepare_OfATinyScript_IsRefused(string text) => Assert.That(
        async () => await PrepareAsync("a.ps1", Encoding.ASCII.GetBytes(text)),
        Throws.TypeOf<SignatureFormatException>().With.Property("Failure").EqualTo(FormatFailure.Unsupported));

    [Test]
    public void Prepare_OfAWindowsScriptFileWithoutJob_IsRefused() => Assert.That(
        async () => await PrepareAsync("a.wsf", "<package></package>"u8.ToArray()),
        Throws.TypeOf<SignatureFormatException>().With.Message.Contains("</job>"));

    [Test]
    public void Prepare_OfTwoBlocks_IsRefused() => Assert.That(
        async () => await PrepareAsync("a.wsf", "<job>\n<signature>\n</signature>\n<signature>\n</signature>\n</job>"u8.ToArray()),
        Throws.TypeOf<SignatureFormatException>().With.Message.Contains("more than one"));

    [TestCase("# SIG # Begin signature blocks")]
    [TestCase(" # SIG # Begin signature block")]
    [TestCase("'# SIG # Begin signature block'")]
    [TestCase("# SIG # begin signature block")]
    [TestCase("a\r# SIG # Begin signature block")]
    [TestCase("\r\n\r\r\n# SIG # Begin signature bloc")]
    public async Task Sign_OfALineThatOnlyLooksLikeABlock_TakesItAsText(string line, CancellationToken cancellationToken)
    {
        var format = ScriptSamples.FormatOf("a.ps1");
        var signed = await FormatBench.SignAsync(
            format, Encoding.ASCII.GetBytes($"a\r\n{line}\r\nb\r\n"), _signer, null, FormatBench.Choices(), cancellationToken);
        Assert.That((await _bench.VerifyAsync(format, signed, cancellationToken)).Holds, Is.True);
        Assert.That(Encoding.ASCII.GetString(signed), Does.StartWith($"a\r\n{line}\r\nb\r\n\r\n# SIG # Begin signature block\r\n"));
    }

    // A chunk's end may fall on any byte of the block's first line.
    [Test]
    public async Task SignAndVerify_WithTheBlockAcrossChunks_FindIt(
        [Values("a.ps1", "a.wsf")] string name, [Values("ascii", "utf-16le")] string encoding, CancellationToken cancellationToken)
    {
        var format = ScriptSamples.FormatOf(name);
        var unit = encoding == "ascii" ? 1 : 2;
        for (var distance = -36; distance <= 4; distance++)
        {
            var script = ScriptSamples.Build(name, encoding);
            var filling = new string('x', ((64 << 10) - script.Length - (distance * unit)) / unit);
            var padded = name == "a.wsf"
                ? ScriptSamples.Encode($"<!--{filling}</job><job></job>", encoding)
                : ScriptSamples.Encode($"#{filling}", encoding);
            var signed = await FormatBench.SignAsync(format, padded, _signer, null, FormatBench.Choices(), cancellationToken);
            Assert.That((await _bench.VerifyAsync(format, signed, cancellationToken)).Holds, Is.True);
            var again = await FormatBench.SignAsync(
                format, signed, _signer, null, FormatBench.Choices(ExistingSignatureRule.Replace), cancellationToken);
            Assert.That((await _bench.VerifyAsync(format, again, cancellationToken)).Holds, Is.True);
            Assert.That(again.Length, Is.EqualTo(signed.Length).Within(64));
        }
    }

    [Test]
    public async Task Verify_OfEveryTruncationAndChangedByte_DoesNotHold(
        [Values("a.ps1", "a.js", "a.wsf")] string name, CancellationToken cancellationToken)
    {
        var format = ScriptSamples.FormatOf(name);
        var signed = await FormatBench.SignAsync(
            format, ScriptSamples.Build(name), _signer, null, FormatBench.Choices(), cancellationToken);
        var text = Encoding.ASCII.GetString(signed);
        var end = text.IndexOf(name == "a.wsf" ? "</signature>" : "End signature", StringComparison.Ordinal);
        var begin = text.IndexOf("MII", StringComparison.Ordinal);
        for (var offset = 0; offset < signed.Length; offset++)
        {
            Assert.That(await HoldsAsync(format, signed[..offset]), Is.False.Or.EqualTo(name != "a.wsf" && offset >= end + 19), $"cut at {offset}");
            var changed = (byte[])signed.Clone();
            changed[offset] ^= 1;
            var holds = await HoldsAsync(format, changed);

            // PKCS#7 itself has bytes that nothing protects, such as the parameters of its list of hashes.
            if (offset < begin || offset >= end)
            {
                Assert.That(holds, Is.False, $"changed at {offset}");
            }
        }
    }

    [Test]
    public async Task Parsers_OverRandomChanges_ThrowNothingElse(
        [ValueSource(typeof(ScriptSamples), nameof(ScriptSamples.All))] string name, CancellationToken cancellationToken)
    {
        var random = new Random(20261125);
        var format = ScriptSamples.FormatOf(name);
        foreach (var encoding in new[] { "utf-8-unmarked", "utf-8", "utf-16le", "utf-16be" })
        {
            var script = ScriptSamples.Build(name, encoding);
            var signed = await FormatBench.SignAsync(format, script, _signer, null, FormatBench.Choices(), cancellationToken);
            for (var round = 0; round < 150; round++)
            {
                var changed = signed[..(random.Next(3) == 0 ? random.Next(signed.Length) : signed.Length)];
                for (var change = random.Next(1, 6); change > 0 && changed.Length > 0; change--)
                {
                    changed[random.Next(changed.Length)] = random.Next(2) == 0 ? (byte)random.Next(256) : "\r\n#<\0"u8[random.Next(5)];
                }

                try
                {
                    await format.PrepareAsync(new MemoryStream(changed), FormatBench.Choices(ExistingSignatureRule.Append), cancellationToken);
                }
                catch (SignatureFormatException)
                {
                    // As it has to be.
                }

                await HoldsAsync(format, changed);
            }
        }
    }

    [Test]
    public async Task Prepare_OfALargeScript_HoldsNoneOfIt(CancellationToken cancellationToken)
    {
        var format = ScriptSamples.FormatOf("a.ps1");
        using var content = new RepeatedText(40L << 20);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var preparing = format.PrepareAsync(content, FormatBench.Choices(), cancellationToken);

        // Nothing in it waits, so all of it ran on this thread.
        Assert.That(preparing.IsCompleted, Is.True);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(1L << 20));
        await preparing;
    }

    private static Task<IPreparedSignature> PrepareAsync(string name, byte[] script) => ScriptSamples.FormatOf(name).PrepareAsync(
        new MemoryStream(script), FormatBench.Choices(ExistingSignatureRule.Append), CancellationToken.None);

    private async Task<bool> HoldsAsync(ISignatureFormat format, byte[] script)
    {
        try
        {
            return (await _bench.VerifyAsync(format, script, CancellationToken.None)).Holds;
        }
        catch (SignatureFormatException)
        {
            return false;
        }
    }

    /// <summary>Text of one line again and again; it cannot seek.</summary>
    private sealed class RepeatedText(long length) : Stream
    {
        private static readonly byte[] Line = "Write-Output 'a line of a long script'\r\n"u8.ToArray();
        private long _position;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => _position;
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            count = (int)Math.Min(count, length - _position);
            for (var index = 0; index < count; index++)
            {
                buffer[offset + index] = Line[(_position + index) % Line.Length];
            }

            _position += count;
            return count;
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var bytes = System.Runtime.InteropServices.MemoryMarshal.TryGetArray(buffer, out ArraySegment<byte> segment)
                ? segment
                : throw new NotSupportedException();
            return ValueTask.FromResult(Read(bytes.Array!, bytes.Offset, bytes.Count));
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
