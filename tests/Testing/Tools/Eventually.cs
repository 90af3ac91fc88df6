using System.Diagnostics;

namespace Signet.Testing.Tools;

/// <summary>Waits for something that another process or thread brings about.</summary>
public static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Asks until the answer is not null.</summary>
    /// <param name="ask">Gives the answer, or null while there is none.</param>
    /// <param name="what">What is waited for; a failure names it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="within">Longest wait; null for one minute.</param>
    /// <exception cref="TimeoutException">There was none in time.</exception>
    public static async Task<T> GetAsync<T>(
        Func<Task<T?>> ask, string what, CancellationToken cancellationToken, TimeSpan? within = null)
        where T : class
    {
        var longest = within ?? TimeSpan.FromMinutes(1);
        var watch = Stopwatch.StartNew();
        while (true)
        {
            if (await ask() is { } answer)
            {
                return answer;
            }

            if (watch.Elapsed > longest)
            {
                throw new TimeoutException($"After {longest.TotalSeconds:0} s there was still no {what}.");
            }

            await Task.Delay(Pause, cancellationToken);
        }
    }

    /// <summary>Asks until the answer is true.</summary>
    /// <inheritdoc cref="GetAsync"/>
    public static Task TrueAsync(
        Func<Task<bool>> ask, string what, CancellationToken cancellationToken, TimeSpan? within = null) =>
        GetAsync(async () => await ask() ? what : null, what, cancellationToken, within);
}
