using Signet.Tokens.Pkcs11;

namespace Signet.Tokens.Tests.Pkcs11;

/// <summary>The threads of a token, without a token.</summary>
[TestFixture]
[CancelAfter(60_000)]
internal sealed class NativeThreadsTests
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    [Test]
    public async Task RunAsync_BesideExclusiveOperations_RunsEveryOneAndNoneAtTheirTime(CancellationToken cancellationToken)
    {
        const int Threads = 4;
        const int Callers = 8;
        using var threads = new NativeThreads(Threads, Callers, TimeProvider.System, _ => { });
        var (shared, most, clashes, alone) = (0, 0, 0, 0);
        var ran = new int[Callers];
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(
            async () =>
            {
                for (var round = 0; round < 3000; round++)
                {
                    await (round % 50 == caller ? threads.RunExclusivelyAsync(Exclusive, Long) : threads.RunAsync(Shared, Long, cancellationToken));
                    ran[caller]++;
                }
            },
            cancellationToken)));

        Assert.That(ran, Has.All.EqualTo(3000));
        Assert.That(clashes, Is.Zero);
        Assert.That(most, Is.InRange(1, Threads));

        bool Shared(int thread)
        {
            var now = Interlocked.Increment(ref shared);
            most = Math.Max(Volatile.Read(ref most), now);
            Interlocked.Add(ref clashes, Volatile.Read(ref alone));
            Interlocked.Decrement(ref shared);
            return true;
        }

        bool Exclusive()
        {
            Interlocked.Add(ref clashes, Interlocked.Increment(ref alone) - 1 + Volatile.Read(ref shared));
            Thread.SpinWait(200);
            Interlocked.Add(ref clashes, Volatile.Read(ref shared));
            Interlocked.Decrement(ref alone);
            return true;
        }
    }

    [Test]
    public async Task RunAsync_WhenEveryThreadIsFree_UsesThemAllAtOnce(CancellationToken cancellationToken)
    {
        using var threads = new NativeThreads(3, 3, TimeProvider.System, _ => { });
        using var together = new Barrier(3);
        var used = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => threads.RunAsync(
            thread =>
            {
                together.SignalAndWait(cancellationToken);
                return thread;
            },
            Long, cancellationToken)));

        Assert.That(used, Is.EquivalentTo(new[] { 0, 1, 2 }));
    }

    [Test]
    public async Task Use_WithFewerThreads_LeavesTheOthersIdle(CancellationToken cancellationToken)
    {
        using var threads = new NativeThreads(4, 100, TimeProvider.System, _ => { });
        threads.Use(1);
        var used = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => threads.RunAsync(thread => thread, Long, cancellationToken)));

        Assert.That(used, Has.All.Zero);
    }

    [Test]
    public async Task RunAsync_BeyondItsDeadline_TellsOfTheOverrun(CancellationToken cancellationToken)
    {
        var overrun = new TaskCompletionSource<TimeSpan>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var hanging = new ManualResetEventSlim();
        using var threads = new NativeThreads(2, 2, TimeProvider.System, overrun.SetResult);

        // One with a late deadline is looked after already when the one with the early deadline begins.
        var late = threads.RunAsync(_ => Hang(), Long, cancellationToken);
        var early = threads.RunAsync(_ => Hang(), TimeSpan.FromMilliseconds(50), cancellationToken);
        Assert.That(await overrun.Task.WaitAsync(cancellationToken), Is.EqualTo(TimeSpan.FromMilliseconds(50)));
        hanging.Set();
        await Task.WhenAll(late, early);

        bool Hang()
        {
            hanging.Wait(cancellationToken);
            return true;
        }
    }

    [Test]
    public void Dispose_WhenSomeWait_FailsThemAndEndsTheThreads()
    {
        using var hanging = new ManualResetEventSlim();
        using var begun = new ManualResetEventSlim();
        var threads = new NativeThreads(1, 2, TimeProvider.System, _ => { });
        var running = threads.RunAsync(
            _ =>
            {
                begun.Set();
                hanging.Wait();
                return Thread.CurrentThread;
            },
            Long, CancellationToken.None);
        begun.Wait();
        var waiting = threads.RunAsync(_ => true, Long, CancellationToken.None);
        threads.Dispose();
        hanging.Set();

        Assert.That(async () => await waiting, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(running.Result.Join(TimeSpan.FromSeconds(30)), Is.True);
    }
}
