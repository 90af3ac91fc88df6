using Signet.Testing.Agent;

namespace Signet.EndToEnd.Tests.Custody;

/// <summary>What the processes of a node keep open.</summary>
[CancelAfter(120_000)]
public sealed class ProcessTests
{
    // A service has / as its working directory, and .NET's usual builders watch all below it for settings files.
    [Test]
    public async Task Processes_WhileANodeRuns_WatchNoDirectory(CancellationToken cancellationToken)
    {
        await using var node = await AgentEnvironment.StartUnlockedAsync(new AgentOptions(), cancellationToken);
        var host = (await node.Agent.GetStatusAsync(cancellationToken)).Tokens.Single().HostProcessId;
        foreach (var process in new[] { node.Agent.Id, host })
        {
            var open = Directory.GetFiles($"/proc/{process}/fd")
                .Select(descriptor => new FileInfo(descriptor).LinkTarget ?? string.Empty).ToList();
            Assert.That(open, Has.Some.StartsWith("socket:"), "Nothing could be read.");
            Assert.That(open, Has.None.Contains("inotify"));
        }
    }
}
