using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Signet.Agent.FileSigning;
using Signet.Agent.Services;

namespace Signet.Agent.Hosting;

/// <summary>
/// The first thing that happens when the agent stops: nothing new is taken, streams that only wait end, and what is being
/// signed is finished.
/// </summary>
internal sealed class StopSequence(InFlight inFlight, Stopping stopping, ILogger<StopSequence> logger) : IHostedService
{
    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Waits for what runs.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        logger.LogInformation("Signet stops; {Count} calls are still served", inFlight.Count);
        var drained = inFlight.DrainAsync(cancellationToken);
        stopping.Begin();
        try
        {
            await drained;
        }
        catch (OperationCanceledException)
        {
            logger.LogWarning("{Count} calls were cut off because they took too long", inFlight.Count);
        }
    }
}
