using System.Collections.Concurrent;
using Grpc.Core;
using Signet.EndToEnd.Tests.Node;
using Signet.Protocol.V1;
using Signet.Testing.Agent;
using Signet.Testing.Tools;

namespace Signet.EndToEnd.Tests.Crashes;

/// <summary>
/// Processes that are killed at any moment: the ledger verifies, the token is locked, what a client got is on record, and
/// nothing half-written stays.
/// </summary>
[CancelAfter(300_000)]
public sealed class CrashTests
{
    private const int Callers = 4;

    // The moments: so many signatures after the start of the work. Between two signatures the rest is up to chance.
    private static readonly int[] Moments = [0, 1, 2, 5, 9, 14];

    private static readonly byte[] Program = File.ReadAllBytes(SampleProgram.Library);

    [Test]
    public async Task SignFile_WhenTheTokenHostIsKilledWhileItSigns_LosesNothing(CancellationToken cancellationToken)
    {
        await using var node = await AgentEnvironment.StartUnlockedAsync(Options(), cancellationToken);
        var got = new ConcurrentBag<SignedFile>();
        foreach (var moment in Moments)
        {
            await SignUntilAsync(node, got, moment, () => node.KillTokenHostAsync(cancellationToken), cancellationToken);

            var status = await node.Agent.GetStatusAsync(cancellationToken);
            Assert.That(status.Tokens.Single().State, Is.EqualTo(TokenState.Locked));
            await AssertOnRecordAsync(node, got, cancellationToken);
            await node.UnlockAsync(cancellationToken);
        }

        Assert.That(got, Is.Not.Empty);
        await AssertLedgerHoldsAsync(node, cancellationToken);
    }

    [Test]
    public async Task SignFile_WhenTheAgentIsKilledWhileItSigns_LosesNothing(CancellationToken cancellationToken)
    {
        await using var node = await AgentEnvironment.StartUnlockedAsync(Options(), cancellationToken);
        var got = new ConcurrentBag<SignedFile>();
        var key = (await node.Agent.GetStatusAsync(cancellationToken)).Ledger.VerifierKey;
        foreach (var moment in Moments)
        {
            var host = (await node.Agent.GetStatusAsync(cancellationToken)).Tokens.Single().HostProcessId;
            await SignUntilAsync(node, got, moment, () => node.Agent.KillAsync(cancellationToken), cancellationToken);

            await Eventually.TrueAsync(
                () => Task.FromResult(!Directory.Exists($"/proc/{host}")), "end of the token host without its agent", cancellationToken);
            var offline = await SignetCommand.RunAsync(
                ["audit", "verify", Path.Combine(node.Files.State, "signet.db"), "--key", key,
                    "--checkpoint", Path.Combine(node.Files.State, "signet.checkpoint")], cancellationToken);
            Assert.That(offline.ExitCode, Is.Zero, offline.All);

            await node.StartAgentAsync(cancellationToken);
            var status = await node.Agent.WaitForStatusAsync(
                seen => seen.Tokens.Single().State != TokenState.Absent, "token", cancellationToken);
            Assert.That(status.Tokens.Single().State, Is.EqualTo(TokenState.Locked));
            Assert.That(Directory.GetFiles(Path.Combine(node.Files.State, "spool")), Is.Empty);
            await AssertOnRecordAsync(node, got, cancellationToken);
            await node.UnlockAsync(cancellationToken);
        }

        Assert.That(got, Is.Not.Empty);
        await AssertLedgerHoldsAsync(node, cancellationToken);
    }

    [Test]
    public async Task Stop_WhileFilesAreSigned_FinishesThemAndEndsInOrder(CancellationToken cancellationToken)
    {
        await using var node = await AgentEnvironment.StartUnlockedAsync(Options(), cancellationToken);
        var got = new ConcurrentBag<SignedFile>();
        var exitCode = -1;
        await SignUntilAsync(
            node, got, moment: 5, async () => exitCode = await node.Agent.StopAsync(cancellationToken), cancellationToken);

        Assert.That(exitCode, Is.Zero, node.Agent.Output);
        await node.StartAgentAsync(cancellationToken);
        await AssertOnRecordAsync(node, got, cancellationToken);
        Assert.That(await LedgerOf.ReadAsync(node, cancellationToken, "agent-stopped"), Has.Count.EqualTo(1));
        await AssertLedgerHoldsAsync(node, cancellationToken);
    }

    [Test]
    public async Task SignFile_WhenARepeatFollowsALostAnswer_GivesTheSameSignature(CancellationToken cancellationToken)
    {
        await using var node = await AgentEnvironment.StartUnlockedAsync(Options(), cancellationToken);
        using var caller = node.Controller();
        var request = await caller.CreateRequestAsync(
            ControllerClient.NewRequest(Names.Job, Names.Profile, ("a.dll", Program)), cancellationToken);
        var first = await caller.SignFileAsync(request.RequestId, "a.dll", new MemoryStream(Program), cancellationToken);
        var second = await caller.SignFileAsync(request.RequestId, "a.dll", new MemoryStream(Program), cancellationToken);

        Assert.That(second.Edits, Is.EqualTo(first.Edits));
        Assert.That(second.Result.Receipt.LeafIndex, Is.EqualTo(first.Result.Receipt.LeafIndex));
        Assert.That(await LedgerOf.ReadAsync(node, cancellationToken, "file-signed"), Has.Count.EqualTo(1));
    }

    private static AgentOptions Options() => new() { Profiles = [new() { Timestamped = false }] };

    /// <summary>Several callers sign one file after the other until something happens to the node.</summary>
    private static async Task SignUntilAsync(
        AgentEnvironment node, ConcurrentBag<SignedFile> got, int moment, Func<Task> happen, CancellationToken cancellationToken)
    {
        var before = got.Count;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var callers = Enumerable.Range(0, Callers).Select(_ => SignForeverAsync(node, got, ending.Token)).ToList();
        await Eventually.TrueAsync(
            () => Task.FromResult(got.Count - before >= moment), $"{moment} signatures", cancellationToken);
        await happen();
        await ending.CancelAsync();
        await Task.WhenAll(callers);
    }

    private static async Task SignForeverAsync(
        AgentEnvironment node, ConcurrentBag<SignedFile> got, CancellationToken cancellationToken)
    {
        using var caller = node.Controller();
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                got.Add((await caller.SignAsync(Names.Job, Names.Profile, "a.dll", Program, cancellationToken)).Result);
            }
            catch (Exception exception) when (exception is RpcException or InvalidOperationException or OperationCanceledException)
            {
                // What the test brings about. Callers come back, as the plugin does.
                await Task.Yield();
            }
        }
    }

    private static async Task AssertOnRecordAsync(
        AgentEnvironment node, IEnumerable<SignedFile> got, CancellationToken cancellationToken)
    {
        var records = (await LedgerOf.ReadAsync(node, cancellationToken, "file-signed"))
            .ToDictionary(record => record.Index, record => record.Text("signedSha256"));
        foreach (var file in got)
        {
            Assert.That(
                records.GetValueOrDefault(file.Receipt.LeafIndex), Is.EqualTo(Convert.ToHexStringLower(file.SignedSha256.Span)));
        }
    }

    private static async Task AssertLedgerHoldsAsync(AgentEnvironment node, CancellationToken cancellationToken)
    {
        var verified = await node.RunAsync(["audit", "verify"], cancellationToken);
        Assert.That(verified.ExitCode, Is.Zero, verified.All);
    }
}
