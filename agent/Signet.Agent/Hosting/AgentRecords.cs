using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Signet.Agent.Configuration;
using Signet.Agent.Ledger;
using Signet.Agent.Operators;
using Signet.Agent.Services;
using Signet.Agent.Storage;

namespace Signet.Agent.Hosting;

/// <summary>
/// Records that the agent starts and with which configuration, before anything else is served, and that it stopped in order.
/// </summary>
internal sealed class AgentRecords(
    ConfigurationHolder configuration, IAgentStore store, ILogger<AgentRecords> logger) : IHostedService
{
    /// <summary>Records the start. An agent that cannot write its ledger does not start.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var sha256 = configuration.Current.Sha256;
        var started = new LedgerRecord(LedgerKinds.AgentStarted, "agent", new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["version"] = AgentVersion.Text,
            ["account"] = Environment.UserName,
            ["processId"] = Environment.ProcessId,
            ["configurationSha256"] = sha256,
        });
        await store.CommitAsync(
            transaction =>
            {
                transaction.Append(started);
                return transaction.Append(OperatorRecords.ConfigurationLoaded("agent", sha256));
            },
            cancellationToken);
        logger.LogInformation("Signet {Version} starts with {Configuration}", AgentVersion.Text, configuration.Path);
    }

    /// <summary>Records the end.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        var stopped = new LedgerRecord(LedgerKinds.AgentStopped, "agent", new Dictionary<string, object?>(StringComparer.Ordinal));
        await store.CommitAsync(transaction => transaction.Append(stopped), cancellationToken);
        logger.LogInformation("Signet has stopped");
    }
}
