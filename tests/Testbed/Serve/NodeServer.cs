using Signet.Protocol.V1;
using Signet.Testing.Agent;
using Signet.Testing.Tools;

namespace Signet.Testbed.Serve;

/// <summary>
/// A signing node for tests in another language. It prints one line of JSON when it is ready, then reads one command a line
/// and answers each with one line, "ok" or "error" with what went wrong; it ends at the end of its input.
/// </summary>
internal sealed class NodeServer(TextReader input, TextWriter output)
{
    private static readonly AgentOptions Options = new()
    {
        Profiles =
        [
            new(),
            new() { Name = NodeDescription.ManualProfile, Approvals = 1 },
            new() { Name = NodeDescription.AnyProfile, Formats = ["cat", "cms", "pe", "raw"] },
        ],
        Grants = [new() { Profiles = [Names.Profile, NodeDescription.ManualProfile, NodeDescription.AnyProfile] }],
    };

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        await using var node = await AgentEnvironment.StartUnlockedAsync(Options, cancellationToken);
        using var work = new TemporaryDirectory();
        var status = await node.Agent.GetStatusAsync(cancellationToken);
        await AnswerAsync(NodeDescription.Write(node, work.Path, status.Ledger.VerifierKey));
        while (await input.ReadLineAsync(cancellationToken) is { } line)
        {
            try
            {
                await ObeyAsync(node, line.Trim(), cancellationToken);
                await AnswerAsync("ok");
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                await AnswerAsync("error " + exception.Message.ReplaceLineEndings(" | "));
            }
        }

        return 0;
    }

    private static Task ObeyAsync(AgentEnvironment node, string command, CancellationToken cancellationToken) => command switch
    {
        "kill-agent" => node.Agent.KillAsync(cancellationToken),
        "stop" => node.Agent.StopAsync(cancellationToken),
        "start-agent" => node.StartAgentAsync(cancellationToken),
        "unlock" => node.UnlockAsync(cancellationToken),
        "lock" => LockAsync(node, cancellationToken),
        "kill-token-host" => node.KillTokenHostAsync(cancellationToken),
        _ => throw new ArgumentException(
            $"'{command}' is none of kill-agent, stop, start-agent, unlock, lock, kill-token-host."),
    };

    private static async Task LockAsync(AgentEnvironment node, CancellationToken cancellationToken)
    {
        var result = await node.RunAsync(["lock", Names.Token], cancellationToken);
        if (result.ExitCode != 0)
        {
            throw new InvalidOperationException($"signet lock ended with {result.ExitCode}: {result.All}");
        }

        await node.Agent.WaitForStatusAsync(
            status => status.Tokens.All(token => token.State == TokenState.Locked), "locked token", cancellationToken);
    }

    private async Task AnswerAsync(string line)
    {
        await output.WriteLineAsync(line);
        await output.FlushAsync();
    }
}
