using Signet.Agent.Configuration;
using Signet.Agent.Keys;
using Signet.Agent.Storage;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;

namespace Signet.Agent.Operators;

/// <summary>Checks and reloads the configuration for operators; what comes into use is in the ledger before it does.</summary>
/// <remarks>Safe for use by several threads at once; reloads run one after the other.</remarks>
internal sealed class ConfigurationReloads(ConfigurationHolder holder, KeyRing keys, IAgentStore store) : IDisposable
{
    private readonly SemaphoreSlim _reloading = new(1, 1);

    /// <summary>What is wrong with the file as it is now.</summary>
    public CheckConfigurationResponse Check() => new() { Problems = { holder.Check().Issues.Select(ToMessage) } };

    /// <summary>Takes the file into use as a whole, or not at all.</summary>
    /// <param name="account">The operator who wants it.</param>
    /// <exception cref="Signet.Protocol.Errors.SigningException">LEDGER_UNAVAILABLE: the old configuration stays.</exception>
    public async Task<ReloadConfigurationResponse> ReloadAsync(string account)
    {
        await _reloading.WaitAsync();
        try
        {
            var actor = "operator:" + account;
            var result = holder.Check();
            var record = result.IsValid
                ? OperatorRecords.ConfigurationLoaded(actor, result.Configuration.Sha256)
                : OperatorRecords.ConfigurationRefused(actor, result.Sha256, result.Issues.Count);
            await store.CommitAsync(transaction => transaction.Append(record), CancellationToken.None);
            var reload = holder.Use(result);
            await keys.WhenKnownAsync(CancellationToken.None);
            await SettleAsync();
            return new ReloadConfigurationResponse
            {
                Problems = { result.Issues.Select(ToMessage) },
                RestartNeeded = { reload.RestartNeeded },
                Warnings = { keys.Warnings() },
            };
        }
        finally
        {
            _reloading.Release();
        }
    }

    // The store writes one thing after the other: what judged by the configuration before is durable or refused once this is.
    // So nothing that it allowed comes into being after the operator was told that it counts no more.
    private async Task SettleAsync()
    {
        try
        {
            await store.CommitAsync(static _ => true, CancellationToken.None);
        }
        catch (SigningException)
        {
            // Then nothing else was written either.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _reloading.Dispose();

    private static ConfigurationProblem ToMessage(ConfigurationIssue issue) =>
        new() { Line = issue.Line, Column = issue.Column, Detail = issue.Detail };
}
