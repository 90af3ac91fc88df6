namespace Signet.Tokens.Tests.Tools;

/// <summary>Waits for what another process brings about.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Returns once the condition holds; the test's own deadline ends the wait.</summary>
    public static async Task BecomesTrueAsync(Func<bool> condition, string what, CancellationToken cancellationToken)
    {
        while (!condition())
        {
            try
            {
                await Task.Delay(Pause, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"Never came true: {what}");
            }
        }
    }
}
