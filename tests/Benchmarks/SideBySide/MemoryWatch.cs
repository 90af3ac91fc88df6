namespace Signet.Benchmarks.SideBySide;

/// <summary>Looks at the memory of a process again and again until it is disposed.</summary>
internal sealed class MemoryWatch : IAsyncDisposable
{
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(100);

    private readonly CancellationTokenSource _ending = new();
    private readonly Task _watching;

    public MemoryWatch(int processId) => _watching = WatchAsync(processId, _ending.Token);

    /// <summary>The most that was seen, in MiB; see <see cref="ProcessMeter.ProportionalMebibytes"/>.</summary>
    public double MostMebibytes { get; private set; }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ending.Dispose();
    }

    private async Task WatchAsync(int processId, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Between);
        do
        {
            MostMebibytes = Math.Max(MostMebibytes, ProcessMeter.ProportionalMebibytes(processId));
        }
        while (await timer.WaitForNextTickAsync(cancellationToken));
    }
}
