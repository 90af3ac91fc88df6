using System.Diagnostics;
using Signet.EndToEnd.Tests.Node;
using Signet.Protocol.V1;
using Signet.Testing.Agent;

namespace Signet.EndToEnd.Tests.Faults;

/// <summary>What goes wrong with one token: who notices, what becomes of it, and what does not become of the others.</summary>
[CancelAfter(180_000)]
public sealed class RecoveryTests
{
    private const string Other = "other";

    private static readonly byte[] Program = File.ReadAllBytes(SampleProgram.Library);
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(3);

    private AgentEnvironment _node = null!;
    private StatusFeed _statuses = null!;
    private ControllerClient _controller = null!;
    private FaultLane _card = null!;
    private FaultLane _other = null!;

    [OneTimeSetUp]
    public async Task StartNode()
    {
        string[] names = [Names.Token, Other];
        _node = await AgentEnvironment.StartUnlockedAsync(
            new AgentOptions
            {
                Tokens = [.. names.Select(name => new TokenOptions { Name = name, Label = name, Faulty = true })],
                Keys = [.. names.Select(name => new KeyOptions { Name = name, Token = name })],
                Profiles = [.. names.Select(name => new ProfileOptions { Name = name, Key = name, Timestamped = false })],
                Grants = [new() { Profiles = names }],
                Sessions = 4,
                TokenDeadline = "3s",
            },
            CancellationToken.None);
        _statuses = await StatusFeed.StartAsync(_node, CancellationToken.None);
        _controller = _node.Controller();
        _card = new FaultLane(_node, Names.Token, _statuses, _controller, Program);
        _other = new FaultLane(_node, Other, _statuses, _controller, Program);
    }

    [OneTimeTearDown]
    public async Task StopNode()
    {
        _controller.Dispose();
        await _statuses.DisposeAsync();
        await _node.DisposeAsync();
    }

    [SetUp]
    public async Task HealAsync()
    {
        _card.Module.Do();
        await _card.MakeReadyAsync(CancellationToken.None);
        await _other.MakeReadyAsync(CancellationToken.None);
    }

    [Test]
    public async Task Sign_WhenItHangs_DelaysOnlyItsOwnTokenAndLocksItWithinTheDeadline(CancellationToken cancellationToken)
    {
        var before = await LedgerOf.SizeAsync(_node, cancellationToken);
        _card.Module.Do("C_Sign hang");
        var watch = Stopwatch.StartNew();
        var hung = _card.SignAsync(cancellationToken);
        var slowest = TimeSpan.Zero;
        var others = 0;
        while (!hung.IsCompleted)
        {
            var start = watch.Elapsed;
            var signed = await _other.SignAsync(cancellationToken);
            Assert.That(signed.Signed, Is.Not.Null, $"{signed.Reason}");
            slowest = watch.Elapsed - start > slowest ? watch.Elapsed - start : slowest;
            others++;
        }

        await _card.UntilAsync(status => status.State != TokenState.Ready, cancellationToken);
        var locked = watch.Elapsed;
        _card.Module.Do();
        var (requestId, file, reason) = await hung;
        var failures = await LedgerOf.ReadAsync(_node, cancellationToken, "file-failed", before);
        Assert.Multiple(() =>
        {
            Assert.That(file, Is.Null);
            Assert.That(reason, Is.EqualTo(ErrorReason.TokenLocked));
            Assert.That(others, Is.GreaterThan(3));
            Assert.That(slowest, Is.LessThan(Deadline / 2));
            Assert.That(locked, Is.LessThan(Deadline + TimeSpan.FromSeconds(2)));
            Assert.That(failures.Select(record => record.Text("requestId")), Does.Contain(requestId));
        });
    }

    [Test]
    public async Task Sign_WhenTheTokenMakesAWrongSignature_GivesNothingOut(CancellationToken cancellationToken)
    {
        var before = await LedgerOf.SizeAsync(_node, cancellationToken);
        _card.Module.Do("C_Sign corrupt");
        var request = ControllerClient.NewRequest(Names.Job, Names.Token, ("a.dll", Program));
        await _controller.CreateRequestAsync(request, cancellationToken);
        await Refused.ByAsync(() => _controller.SignFileAsync(
            request.RequestId, "a.dll", new MemoryStream(Program), cancellationToken));
        Assert.That(await LedgerOf.ReadAsync(_node, cancellationToken, "file-signed", before), Is.Empty);
        Assert.That(await LedgerOf.ReadAsync(_node, cancellationToken, "file-failed", before), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Sign_WhenTheTokenIsSlow_WaitsForIt(CancellationToken cancellationToken)
    {
        _card.Module.Do("C_Sign delay 700");
        var signed = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => _card.SignAsync(cancellationToken)));
        Assert.That(signed.Select(answer => answer.Signed), Has.All.Not.Null);
        Assert.That(_card.State, Is.EqualTo(TokenState.Ready));
    }

    [Test]
    public async Task Sign_WhenTheTokenGivesFewerSessionsThanConfigured_UsesThose(CancellationToken cancellationToken)
    {
        await _card.LockAsync(cancellationToken);
        _card.Module.Do("sessions 1");
        await _card.MakeReadyAsync(cancellationToken);
        var signed = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _card.SignAsync(cancellationToken)));
        Assert.That(signed.Select(answer => answer.Signed), Has.All.Not.Null);
    }

    [Test]
    public async Task Token_WhenItIsPulledAndPutBack_IsLockedAndNobodyLogsIn(CancellationToken cancellationToken)
    {
        var before = await LedgerOf.SizeAsync(_node, cancellationToken);
        var logins = _card.Module.Logins;
        _card.Module.Do("no-token");
        await _card.UntilAsync(status => status.State == TokenState.Absent, cancellationToken);
        Assert.That((await _card.SignAsync(cancellationToken)).Reason, Is.EqualTo(ErrorReason.TokenAbsent));

        _card.Module.Do();
        await _card.UntilAsync(status => status.State == TokenState.Locked, cancellationToken);
        Assert.That((await _card.SignAsync(cancellationToken)).Reason, Is.EqualTo(ErrorReason.TokenLocked));
        Assert.That(_card.Module.Logins, Is.EqualTo(logins));
        var kinds = (await LedgerOf.ReadAsync(_node, cancellationToken, from: before)).Select(record => record.Kind).ToList();
        Assert.That(kinds, Does.Contain("token-locked").And.Contain("token-changed"));

        await _card.MakeReadyAsync(cancellationToken);
        Assert.That((await _card.SignAsync(cancellationToken)).Signed, Is.Not.Null);
    }

    [Test]
    public async Task Token_WhenItsLoginIsGoneAfterIdling_IsLockedBeforeAnybodyAsksIt(CancellationToken cancellationToken)
    {
        var logins = _card.Module.Logins;
        _card.Module.Do("logged-out");
        await _card.UntilAsync(status => status.State == TokenState.Locked, cancellationToken);
        _card.Module.Do();
        Assert.That((await _card.SignAsync(cancellationToken)).Reason, Is.EqualTo(ErrorReason.TokenLocked));
        Assert.That(_card.Module.Logins, Is.EqualTo(logins));
    }
}
