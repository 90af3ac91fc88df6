using Microsoft.Extensions.Logging;

namespace Signet.Tokens.Pkcs11;

/// <summary>Looks at a token again and again, exclusively, for as long as its host lives.</summary>
/// <param name="threads">The token's threads.</param>
/// <param name="interval">Pause between two looks.</param>
/// <param name="deadline">Longest time for one.</param>
/// <param name="time">Clock.</param>
/// <param name="logger">Log.</param>
/// <param name="endProcess">Ends this process at once and says why.</param>
internal sealed class PollLoop(
    NativeThreads threads, TimeSpan interval, TimeSpan deadline, TimeProvider time, ILogger logger, Action<string> endProcess)
{
    /// <summary>Looks until cancelled. Never throws: where looking fails, the process ends, and the token is locked.</summary>
    /// <param name="look">One look.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task RunAsync(Func<bool> look, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(interval, time);
        try
        {
            do
            {
                await threads.RunExclusivelyAsync(look, deadline);
            }
            while (await timer.WaitForNextTickAsync(cancellationToken));
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            // The host ends.
        }
#pragma warning disable CA1031 // Whatever it is, nobody would watch the token any more: end, and be locked.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            logger.LogCritical(exception, "Watching the token failed");
            endProcess("Watching the token failed.");
        }
    }
}
