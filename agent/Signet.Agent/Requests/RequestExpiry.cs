using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Signet.Protocol.Errors;

namespace Signet.Agent.Requests;

/// <summary>Ends overdue requests in the background, so that those who watch one learn of it.</summary>
internal sealed class RequestExpiry(RequestLifecycle lifecycle, TimeProvider time, ILogger<RequestExpiry> logger)
    : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(15);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await lifecycle.ExpireOverdueAsync(stoppingToken);
            }
            catch (SigningException exception)
            {
                // The store cannot be written now; nothing is signed meanwhile, and the next tick tries again.
                logger.LogWarning(exception, "Overdue requests could not be ended");
            }
        }
    }
}
