using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Signet.Agent.Access;
using Signet.Agent.Ledger;
using Signet.Protocol.V1;

namespace Signet.Agent.Tests.Access;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
[Parallelizable(ParallelScope.All)]
[CancelAfter(60_000)]
internal sealed class RefusalRecorderTests : IAsyncDisposable
{
    private readonly RecordingStore _store = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));
    private readonly RefusalRecorder _recorder;

    public RefusalRecorderTests() => _recorder = new RefusalRecorder(_store, _time, NullLogger<RefusalRecorder>.Instance);

    public ValueTask DisposeAsync() => _recorder.DisposeAsync();

    [Test]
    public async Task RecordAsync_WhenTextsAreHostile_WritesThemBoundedAndHarmless(CancellationToken cancellationToken)
    {
        await _recorder.RecordAsync(
            Refused("192.0.2.1") with { Job = "a\nb\u202Ec\uD800" + new string('x', 100_000), Profile = "p" }, cancellationToken);

        var fields = _store.Records.Single().Fields;
        Assert.That(fields["job"], Does.StartWith("a\\u000Ab\\u202Ec\\uFFFDxxx").And.Length.LessThanOrEqualTo(201));
        Assert.That(fields["profile"], Is.EqualTo("p"));
        Assert.That(fields["reason"], Is.EqualTo("NOT_GRANTED"));
        Assert.That(fields, Does.Not.ContainKey("credential"), "what is not known is left out");
    }

    [Test]
    public async Task RecordAsync_WhenAnAddressFloods_WritesSixtyAndOneSummaryThatCountsTheRest(CancellationToken cancellationToken)
    {
        for (var i = 0; i < 1000; i++)
        {
            await _recorder.RecordAsync(
                Refused("192.0.2.1", i % 4 == 0 ? RefusalKind.WrongSecret : RefusalKind.NotGranted), cancellationToken);
        }

        await _recorder.RecordAsync(Refused("192.0.2.2"), cancellationToken);
        Assert.That(_store.Records, Has.Count.EqualTo(61), "another address is not concerned");
        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.That(_store.Records, Has.Count.EqualTo(62));
        var summary = _store.Records[^1];
        Assert.That((summary.Kind, summary.Actor), Is.EqualTo((LedgerKinds.AccessRefused, "remote:192.0.2.1")));
        Assert.That(summary.Fields["count"], Is.EqualTo(940L));
        Assert.That(summary.Fields["counts"], Is.EqualTo(new Dictionary<string, object?> { ["not-granted"] = 705L, ["wrong-secret"] = 235L }));
        Assert.That(summary.Fields["from"], Is.EqualTo(_time.GetUtcNow().AddMinutes(-1)));
        Assert.That(_recorder.GroupCount, Is.Zero);
    }

    [Test]
    public async Task RecordAsync_WhenALocalAccountFloods_WritesSixtyAndOneSummaryOfItsOwnKind(CancellationToken cancellationToken)
    {
        for (var i = 0; i < 1000; i++)
        {
            await _recorder.RecordAsync(new OperatorRefusal("nobody", 17, "/signet.v1.Operator/GetStatus"), cancellationToken);
        }

        await _recorder.RecordAsync(new OperatorRefusal("daemon", 18, "/signet.v1.Operator/GetStatus"), cancellationToken);
        await _recorder.RecordAsync(Refused("nobody"), cancellationToken);
        Assert.That(_store.Records, Has.Count.EqualTo(62), "another account is not concerned, nor an address of that name");
        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.That(_store.Records, Has.Count.EqualTo(63));
        var summary = _store.Records[^1];
        Assert.That((summary.Kind, summary.Actor), Is.EqualTo((LedgerKinds.OperatorRefused, "account:nobody")));
        Assert.That(summary.Fields["counts"], Is.EqualTo(new Dictionary<string, object?> { ["/signet.v1.Operator/GetStatus"] = 940L }));
        Assert.That(summary.Fields, Does.Not.ContainKey("remoteAddress"));
    }

    [Test]
    public async Task RecordAsync_WhenTheMinuteIsOver_WritesOneByOneAgain(CancellationToken cancellationToken)
    {
        await FloodAsync("192.0.2.1", 61, cancellationToken);
        _time.Advance(TimeSpan.FromMinutes(1));
        await FloodAsync("192.0.2.1", 60, cancellationToken);

        Assert.That(_store.Records.Count(record => !record.Fields["refusal"]!.Equals("summary")), Is.EqualTo(120));
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.That(_store.Records, Has.Count.EqualTo(121), "a minute without a flood has no summary");
    }

    [Test]
    public async Task RecordAsync_WhenLedgerFails_CountsAndRecordsLater(CancellationToken cancellationToken)
    {
        _store.Fails = true;
        await FloodAsync("192.0.2.1", 100, cancellationToken);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.That(_store.Records, Is.Empty);

        _store.Fails = false;
        await FloodAsync("192.0.2.1", 1, cancellationToken);
        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.That(_store.Records, Has.Count.EqualTo(2));
        Assert.That(_store.Records[^1].Fields["count"], Is.EqualTo(100L));
        Assert.That(_store.Records[^1].Fields["from"], Is.EqualTo(_time.GetUtcNow().AddMinutes(-2)));
    }

    [Test]
    public async Task RecordAsync_WhenManyAddressesFlood_StaysBoundedAndCountsAll(CancellationToken cancellationToken)
    {
        for (var i = 0; i < 5000; i++)
        {
            await _recorder.RecordAsync(Refused($"10.0.{i / 256}.{i % 256}"), cancellationToken);
        }

        Assert.That(_recorder.GroupCount, Is.EqualTo(RefusalRecorder.MaxGroups + 1));
        _time.Advance(TimeSpan.FromMinutes(1));
        var summary = _store.Records.Single(record => record.Fields["refusal"]!.Equals("summary"));
        Assert.That(_store.Records.Count - 1 + (long)summary.Fields["count"]!, Is.EqualTo(5000L));
        Assert.That(summary.Actor, Is.EqualTo("remote:further addresses"));
    }

    [Test]
    public async Task DisposeAsync_WhenRefusalsWereCounted_WritesTheSummary(CancellationToken cancellationToken)
    {
        await FloodAsync("192.0.2.1", 70, cancellationToken);

        await _recorder.DisposeAsync();

        Assert.That(_store.Records[^1].Fields["count"], Is.EqualTo(10L));
    }

    [Test]
    public async Task RecordAsync_WhenTheCallerHasGone_WritesAllTheSame(CancellationToken cancellationToken)
    {
        var gate = new TaskCompletionSource();
        _store.Gate = gate.Task;
        using var caller = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var recording = _recorder.RecordAsync(Refused("192.0.2.1"), caller.Token);
        await caller.CancelAsync();

        Assert.That(() => recording, Throws.InstanceOf<OperationCanceledException>());
        gate.SetResult();
        await Signet.Testing.Tools.Eventually.TrueAsync(
            () => Task.FromResult(_store.Records.Count == 1), "record", cancellationToken);
    }

    [TestCase("192.0.2.1", "192.0.2.1")]
    [TestCase("192.0.2.1:50123", "192.0.2.1")]
    [TestCase("::ffff:192.0.2.1", "192.0.2.1")]
    [TestCase("[::ffff:192.0.2.1]:50123", "192.0.2.1")]
    [TestCase("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")]
    [TestCase("[2001:db8:1:2:ffff::1]:443", "2001:db8:1:2::/64")]
    [TestCase("unknown", "unknown")]
    public void Of_WhenAddressIsOfAGroup_NamesTheGroup(string address, string group) =>
        Assert.That(RemoteAddressGroup.Of(address), Is.EqualTo(group));

    private async Task FloodAsync(string address, int count, CancellationToken cancellationToken)
    {
        for (var i = 0; i < count; i++)
        {
            await _recorder.RecordAsync(Refused(address), cancellationToken);
        }
    }

    private static Refusal Refused(string address, RefusalKind kind = RefusalKind.NotGranted) =>
        new(kind, ErrorReason.NotGranted, address);
}
