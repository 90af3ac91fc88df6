using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.InteropServices;
using Signet.Agent.Hosting;
using Signet.Protocol.Local;

namespace Signet.Agent.Tests.Hosting;

/// <summary>The blocks that connections are read into.</summary>
[CancelAfter(60_000)]
public sealed class UploadTransportTests
{
    // A TLS record with its header and tag (RFC 8446 section 5.2).
    private const int MostOfRecord = 5 + (16 << 10) + 256;

    [Test]
    public void Rent_OfLess_GivesAWholeBlock()
    {
        using var pool = UploadTransport.Memory.Create();
        using var block = pool.Rent(4096);
        Assert.That(block.Memory.Length, Is.EqualTo(UploadTransport.BlockBytes));
    }

    [Test]
    public void GetMemory_OfAPipe_HoldsATlsRecord()
    {
        using var pool = UploadTransport.Memory.Create();
        var pipe = new Pipe(new PipeOptions(pool));

        // Half of its usual block is what the server asks for.
        Assert.That(pipe.Writer.GetMemory(2048).Length, Is.GreaterThanOrEqualTo(MostOfRecord));
        pipe.Writer.Complete();
        pipe.Reader.Complete();
    }

    [Test]
    public void Rent_OfMoreThanABlock_IsRefused()
    {
        using var pool = UploadTransport.Memory.Create();
        Assert.That(() => pool.Rent(UploadTransport.BlockBytes + 1), Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void Rent_AfterABlockWasGivenBack_GivesItAgain()
    {
        using var pool = UploadTransport.Memory.Create();
        var first = pool.Rent();
        var bytes = BytesOf(first);
        first.Dispose();
        using var second = pool.Rent();
        Assert.That(BytesOf(second), Is.SameAs(bytes));
    }

    [Test]
    public void Rent_AfterABlockWasGivenBackTwice_GivesItOnce()
    {
        using var pool = UploadTransport.Memory.Create();
        var first = pool.Rent();
        first.Dispose();
        first.Dispose();
        using var second = pool.Rent();
        using var third = pool.Rent();
        Assert.That(BytesOf(third), Is.Not.SameAs(BytesOf(second)));
    }

    [Test]
    public void Rent_AfterABlockWasGivenBackLateOnceMore_DoesNotGiveWhatSomebodyElseHas()
    {
        using var pool = UploadTransport.Memory.Create();
        var first = pool.Rent();
        first.Dispose();
        using var second = pool.Rent();
        first.Dispose();
        using var third = pool.Rent();
        Assert.That(BytesOf(third), Is.Not.SameAs(BytesOf(second)));
    }

    [TestCase(true)]
    [TestCase(false)]
    public void Rent_AfterABlockWithASecretWasGivenBack_IsZeroedWhereThatIsAskedFor(bool isZeroed)
    {
        using var pool = new PinnedBlocks(blockBytes: 64, mostKept: 1, isZeroed).Create();
        var first = pool.Rent();
        first.Memory.Span.Fill(7);
        first.Dispose();
        using var second = pool.Rent();
        Assert.That(second.Memory.Span.ContainsAnyExcept((byte)0), Is.Not.EqualTo(isZeroed));
    }

    [Test]
    public async Task Rent_BySeveralThreads_NeverGivesABlockTwice(CancellationToken cancellationToken)
    {
        using var pool = UploadTransport.Memory.Create();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(thread => Task.Run(
            () =>
            {
                for (var round = 0; round < 5000; round++)
                {
                    using var block = pool.Rent();
                    block.Memory.Span.Fill((byte)thread);
                    Assert.That(block.Memory.Span.ContainsAnyExcept((byte)thread), Is.False);
                }
            },
            cancellationToken)));
    }

    private static byte[] BytesOf(IMemoryOwner<byte> block) =>
        MemoryMarshal.TryGetArray<byte>(block.Memory, out var segment) ? segment.Array! : throw new InvalidOperationException("no array");
}
