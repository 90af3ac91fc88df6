using Microsoft.Extensions.Diagnostics.HealthChecks;
using Signet.Agent.Storage;

namespace Signet.Agent.Services;

/// <summary>
/// What grpc.health.v1 answers: whether calls are served. A locked token is no fault of the agent; the status tells of it.
/// </summary>
internal sealed class SigningHealth(IAgentStore store, Stopping stopping) : IHealthCheck
{
    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken) =>
        Task.FromResult(store.IsWritable && !stopping.Token.IsCancellationRequested
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy());
}
