using System.IO.Pipelines;
using Signet.Agent.Hosting;

namespace Signet.Agent.Tests.Hosting;

/// <summary>The blocks that connections are read into.</summary>
[CancelAfter(60_000)]
public sealed class ConnectionMemoryTests
{
    // A TLS record with its header and tag (RFC 8446 section 5.2).
    private const int MostOfRecord = 5 + (16 << 10) + 256;

    [Test]
    public void Rent_OfLess_GivesAWholeBlock()
    {
        using var pool = new ConnectionMemory().Create();
        using var block = pool.Rent(4096);
        Assert.That(block.Memory.Length, Is.EqualTo(ConnectionMemory.BlockBytes));
    }

    [Test]
    public void GetMemory_OfAPipe_HoldsATlsRecord()
    {
        using var pool = new ConnectionMemory().Create();
        var pipe = new Pipe(new PipeOptions(pool));

        // Half of its usual block is what the server asks for.
        Assert.That(pipe.Writer.GetMemory(2048).Length, Is.GreaterThanOrEqualTo(MostOfRecord));
        pipe.Writer.Complete();
        pipe.Reader.Complete();
    }

    [Test]
    public void Rent_OfMoreThanABlock_IsRefused()
    {
        using var pool = new ConnectionMemory().Create();
        Assert.That(() => pool.Rent(ConnectionMemory.BlockBytes + 1), Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void Rent_AfterABlockWasGivenBack_GivesItAgain()
    {
        using var pool = new ConnectionMemory().Create();
        var first = pool.Rent();
        first.Dispose();
        using var second = pool.Rent();
        Assert.That(second, Is.SameAs(first));
    }

    [Test]
    public void Rent_AfterABlockWasGivenBackTwice_GivesItOnce()
    {
        using var pool = new ConnectionMemory().Create();
        var first = pool.Rent();
        first.Dispose();
        first.Dispose();
        using var second = pool.Rent();
        using var third = pool.Rent();
        Assert.That(third, Is.Not.SameAs(second));
    }

    [Test]
    public async Task Rent_BySeveralThreads_NeverGivesABlockTwice(CancellationToken cancellationToken)
    {
        using var pool = new ConnectionMemory().Create();
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
}
