using System.Text.RegularExpressions;
using Signet.Protocol.V1;
using Signet.Testing.Agent;
using Signet.Testing.Tools;

namespace Signet.EndToEnd.Tests.Ledgers;

/// <summary>What docs/operations.md says of a backup, against a node that has a quorum and has signed.</summary>
[CancelAfter(180_000)]
public sealed partial class BackupTests
{
    private const string Passphrase = "a passphrase of root";

    private AgentEnvironment _node = null!;

    [SetUp]
    public async Task StartNode()
    {
        _node = await AgentEnvironment.CreateAsync(
            new AgentOptions { Tokens = [new() { Unlock = "quorum" }], Profiles = [new() { Timestamped = false }] }, CancellationToken.None);
        await StartAsync(CancellationToken.None);
        await RunAsync(["quorum", "enroll", Names.Token, "--pin-stdin"], Passphrase, CancellationToken.None);
        await RunAsync(
            ["quorum", "create", Names.Token, "--threshold", "1", "--operator", Environment.UserName, "--pin-stdin"], _node.Token!.UserPin,
            CancellationToken.None);
        await UnlockAndSignAsync(CancellationToken.None);
    }

    [TearDown]
    public async Task StopNode() => await _node.DisposeAsync();

    [Test]
    public void State_WhenListed_HoldsNothingThatThePageDoesNotName()
    {
        var held = Directory.EnumerateFileSystemEntries(_node.Files.State).Select(Path.GetFileName).ToList();
        Assert.That(held, Is.SupersetOf(new[] { "signet.db", "ledger.key", "quorum" }));
        Assert.That(held, Is.SubsetOf(NamedByThePage()));
    }

    [Test]
    public async Task Restore_OfAllThatThePageNames_UnlocksAndSigns(CancellationToken cancellationToken)
    {
        using var copy = new TemporaryDirectory();
        await RestoreAsync(copy, NamedByThePage(), cancellationToken);
        await UnlockAndSignAsync(cancellationToken);
    }

    [Test]
    public async Task Restore_WithoutTheQuorum_LeavesATokenThatNobodyUnlocks(CancellationToken cancellationToken)
    {
        using var copy = new TemporaryDirectory();
        await RestoreAsync(copy, [.. NamedByThePage().Where(name => name != "quorum")], cancellationToken);
        var refused = await _node.RunAsync(["unlock", Names.Token, "--pin-stdin"], cancellationToken, Passphrase + "\n");
        Assert.That(refused.ExitCode, Is.EqualTo(2), refused.All);
        Assert.That(refused.Error, Does.Contain("has no quorum yet"));
    }

    // Names in the first column of the table, and files that it says lie beside the store.
    private static List<string> NamedByThePage()
    {
        var page = File.ReadAllText(Repository.PathOf("docs/operations.md"));
        var start = page.IndexOf("\n## Backup\n", StringComparison.Ordinal);
        var section = page[start..page.IndexOf("\n## ", start + 1, StringComparison.Ordinal)];
        return
        [
            .. section.Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal))
                .SelectMany(line => FileName().Matches(line).Select(match => match.Groups[1].Value)),
        ];
    }

    private async Task RestoreAsync(TemporaryDirectory copy, IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        await _node.Agent.StopAsync(cancellationToken);
        var state = _node.Files.State;
        await ExternalProgram.RunSuccessfullyAsync(
            "cp", ["-a", .. names.Select(name => Path.Combine(state, name)).Where(Path.Exists), copy.Path], cancellationToken);
        Directory.Delete(state, recursive: true);
        Directory.CreateDirectory(state);
        await ExternalProgram.RunSuccessfullyAsync("cp", ["-a", copy.Path + "/.", state], cancellationToken);
        await StartAsync(cancellationToken);
    }

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        await _node.StartAgentAsync(cancellationToken);
        await _node.Agent.WaitForStatusAsync(
            status => status.Tokens[0] is { State: TokenState.Locked, HostProcessId: > 0 }, "locked token", cancellationToken);
    }

    private async Task UnlockAndSignAsync(CancellationToken cancellationToken)
    {
        await RunAsync(["unlock", Names.Token, "--pin-stdin"], Passphrase, cancellationToken);
        var program = await File.ReadAllBytesAsync(SampleProgram.Library, cancellationToken);
        using var controller = _node.Controller();
        var request = ControllerClient.NewRequest(Names.Job, Names.Profile, ("a.dll", program));
        await controller.CreateRequestAsync(request, cancellationToken);
        await controller.SignFileAsync(request.RequestId, "a.dll", new MemoryStream(program), cancellationToken);
    }

    private async Task RunAsync(string[] arguments, string input, CancellationToken cancellationToken)
    {
        var result = await _node.RunAsync(arguments, cancellationToken, input + "\n");
        Assert.That(result.ExitCode, Is.Zero, result.All);
    }

    [GeneratedRegex("`([A-Za-z.-]+)/?`")]
    private static partial Regex FileName();
}
