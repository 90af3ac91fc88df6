using Signet.Cli.Connection;
using Signet.Cli.Errors;
using Signet.Cli.Screens;
using Signet.Protocol.V1;

namespace Signet.Cli.Commands;

/// <summary>
/// Tells what an unlock led to. The key counts as ready only once the agent has the unlock in its ledger, so that is
/// waited for.
/// </summary>
/// <param name="terminal">Where it is told.</param>
/// <param name="location">Where the agent is.</param>
internal sealed class UnlockOutcome(Terminal terminal, AgentLocation location)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Waits for the agent and tells which keys can sign now.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> ShowAsync(string token, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Patience);
        AgentStatus? last = null;
        try
        {
            using var connection = new OperatorConnection(location);
            var stream = connection.ReadAsync(
                "watch the status", (client, options) => client.WatchStatus(new WatchStatusRequest(), options), deadline.Token);
            await foreach (var response in stream)
            {
                last = response.Status;
                if (last.Tokens.Any(status => status.Name == token && status.State == TokenState.Ready))
                {
                    return ShowKeys(token, last);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Patience is over, or the operator's: the token took the PIN all the same.
        }
        catch (CommandException exception)
        {
            return ShowUnconfirmed(token, exception.Message);
        }

        var detail = last?.Tokens.FirstOrDefault(status => status.Name == token)?.Detail;
        return ShowUnconfirmed(token, string.IsNullOrEmpty(detail) ? "It has not recorded the unlock yet." : detail);
    }

    private int ShowKeys(string token, AgentStatus status)
    {
        terminal.Output.WriteLine($"Token {Words.Safe(token)} is unlocked.");
        var ready = true;
        foreach (var key in status.Keys.Where(key => key.Token == token))
        {
            var usable = key.Readiness == KeyReadiness.Ready;
            ready &= usable;
            terminal.Output.WriteLine(Words.Safe(usable ? $"  key {key.Name}: ready" : $"  key {key.Name}: {key.Detail}"));
        }

        return ready ? ExitCode.Ok : ExitCode.NotReady;
    }

    private int ShowUnconfirmed(string token, string why)
    {
        terminal.Output.WriteLine($"Token {Words.Safe(token)} took the PIN, but the agent does not say yet that it is ready.");
        terminal.Error.WriteLine("  " + Words.Safe(why.ReplaceLineEndings(" ")));
        terminal.Error.WriteLine("  See: signet status");
        return ExitCode.NotReady;
    }
}
