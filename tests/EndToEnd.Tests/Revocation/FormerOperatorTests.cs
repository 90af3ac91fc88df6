using Signet.EndToEnd.Tests.Node;
using Signet.Protocol.V1;
using Signet.Testing.Agent;

namespace Signet.EndToEnd.Tests.Revocation;

/// <summary>An operator who was removed has approved nothing.</summary>
[CancelAfter(120_000)]
public sealed class FormerOperatorTests
{
    // Accounts that every Debian has.
    private const string First = OtherAccount.Nobody;
    private const string Second = "daemon";
    private const string Third = "bin";

    private static readonly byte[] Program = File.ReadAllBytes(SampleProgram.Library);

    private AgentEnvironment _node = null!;
    private OtherAccount _account = null!;
    private ControllerClient _caller = null!;
    private long _before;

    [OneTimeSetUp]
    public async Task StartNode()
    {
        _account = OtherAccount.Create();
        _node = await AgentEnvironment.StartUnlockedAsync(
            With(approvals: 2, First, Second, Third), CancellationToken.None);
        _caller = _node.Controller();
    }

    [OneTimeTearDown]
    public async Task StopNode()
    {
        _caller.Dispose();
        await _node.DisposeAsync();
        _account.Dispose();
    }

    [SetUp]
    public async Task Restore()
    {
        await ReloadAsync(With(approvals: 2, First, Second, Third), CancellationToken.None);
        _before = await LedgerOf.SizeAsync(_node, CancellationToken.None);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task SignFile_WhenAnApproverIsRemoved_IsNotApproved(bool isUploading, CancellationToken cancellationToken)
    {
        var request = await OpenAsync(cancellationToken);
        await ApproveAsync(request, First, "1 of 2", cancellationToken);
        await ApproveAsync(request, Second, "is approved", cancellationToken);
        using var upload = isUploading
            ? await OpenUpload.BeginAsync(_node, _caller, request.RequestId, "a.dll", Program, Program.Length / 2, cancellationToken)
            : null;
        await ReloadAsync(With(approvals: 2, Second, Third), cancellationToken);
        var refused = await Refused.ByAsync(() => upload?.EndAsync(cancellationToken)
            ?? (Task)_caller.SignFileAsync(request.RequestId, "a.dll", new MemoryStream(Program), cancellationToken));
        Assert.That(refused.Reason, Is.EqualTo(ErrorReason.NotApproved), refused.Message);
        Assert.That(await LedgerOf.ReadAsync(_node, cancellationToken, "file-signed", _before), Is.Empty);
    }

    [Test]
    public async Task Approve_BehindAnApproverWhoWasRemoved_CountsWithoutThatOne(CancellationToken cancellationToken)
    {
        var request = await OpenAsync(cancellationToken);
        await ApproveAsync(request, First, "1 of 2", cancellationToken);
        await ReloadAsync(With(approvals: 2, Second, Third), cancellationToken);
        await ApproveAsync(request, Second, "1 of 2", cancellationToken);
        await ApproveAsync(request, Third, "is approved, with 2 of 2", cancellationToken);
        await _caller.SignFileAsync(request.RequestId, "a.dll", new MemoryStream(Program), cancellationToken);
        var record = (await LedgerOf.ReadAsync(_node, cancellationToken, "file-signed", _before)).Single();
        Assert.That(record.Text("approvedBy"), Does.Contain(Second).And.Contain(Third).And.Not.Contain(First));
    }

    // The account of the test unlocks and reloads.
    private static AgentOptions With(int approvals, params string[] operators) => new()
    {
        Operators = [Environment.UserName, .. operators],
        Profiles = [new() { Timestamped = false, Approvals = approvals, Approvers = operators }],
    };

    private Task<SigningRequest> OpenAsync(CancellationToken cancellationToken) => _caller.CreateRequestAsync(
        ControllerClient.NewRequest(Names.Job, Names.Profile, ("a.dll", Program)), cancellationToken);

    private async Task ApproveAsync(SigningRequest request, string account, string says, CancellationToken cancellationToken)
    {
        var approved = await _account.RunAsync(
            [
                "requests", "approve", request.RequestId, "--manifest", Convert.ToHexStringLower(request.ManifestSha256.Span),
                "--run", _node.Files.Run,
            ],
            cancellationToken, null, account);
        Assert.That(approved.All, Does.Contain(says));
    }

    private async Task ReloadAsync(AgentOptions options, CancellationToken cancellationToken)
    {
        _node.WriteConfiguration(options);
        var path = _node.Files.Configuration;
        var operators = string.Join(", ", options.Operators!.Select(account => $"\"{account}\""));
        var lines = (await File.ReadAllLinesAsync(path, cancellationToken))
            .Select(line => line.StartsWith("operators: ", StringComparison.Ordinal) ? $"operators: [{operators}]" : line);
        await File.WriteAllLinesAsync(path, lines, cancellationToken);
        var reloaded = await _node.RunAsync(["config", "reload"], cancellationToken);
        Assert.That(reloaded.ExitCode, Is.Zero, reloaded.All);
    }
}
