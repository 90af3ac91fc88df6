using Signet.EndToEnd.Tests.Node;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;
using Signet.Testing.Agent;

namespace Signet.EndToEnd.Tests.Revocation;

/// <summary>
/// Who loses a right loses it at once: an upload that was let in and is still open, and a request that is watched, end with what a
/// new call would be told; the key is not used, and the refusal is on record.
/// </summary>
[CancelAfter(120_000)]
public sealed class RevocationTests
{
    private const string FileName = "a.dll";

    private static readonly byte[] Program = File.ReadAllBytes(SampleProgram.Library);

    private AgentEnvironment _node = null!;
    private ControllerClient _caller = null!;
    private long _before;
    private long _signatures;

    [OneTimeSetUp]
    public async Task StartNode()
    {
        _node = await AgentEnvironment.StartUnlockedAsync(RevocationCase.Granted, CancellationToken.None);
        _caller = _node.Controller();
    }

    [OneTimeTearDown]
    public async Task StopNode()
    {
        _caller.Dispose();
        await _node.DisposeAsync();
    }

    [SetUp]
    public async Task Restore()
    {
        await ReloadAsync(RevocationCase.Granted, CancellationToken.None);
        _before = await LedgerOf.SizeAsync(_node, CancellationToken.None);
        _signatures = await SignaturesAsync();
    }

    [TestCaseSource(typeof(RevocationCase), nameof(RevocationCase.All))]
    public async Task SignFile_WhenAReloadTakesItsRightMeanwhile_EndsByItself(RevocationCase taken, CancellationToken cancellationToken)
    {
        using var upload = await BeginAsync(Program.Length / 2, cancellationToken);
        taken.Write(_node);
        await ReloadAsync(cancellationToken);
        var ended = await Refused.ByAsync(() => upload.EndAsync(cancellationToken));
        await NothingIsSignedAsync(ended, taken.Reason, cancellationToken);
        var refusals = await LedgerOf.ReadAsync(_node, cancellationToken, "access-refused", _before);
        Assert.That(
            refusals.Select(record => (record.Text("refusal"), record.Text("requestId"))),
            Is.EqualTo(taken.Refusal is null ? [] : new[] { (taken.Refusal, upload.RequestId) }));
    }

    [TestCaseSource(typeof(RevocationCase), nameof(RevocationCase.All))]
    public async Task SignFile_WhenAReloadTakesItsRightBeforeTheLastByte_UsesNoKey(RevocationCase taken, CancellationToken cancellationToken)
    {
        using var upload = await BeginAsync(Program.Length, cancellationToken);
        taken.Write(_node);
        await ReloadAsync(cancellationToken);
        var ended = await Refused.ByAsync(() => upload.FinishAsync(cancellationToken));
        await NothingIsSignedAsync(ended, taken.Reason, cancellationToken);
    }

    [TestCaseSource(typeof(RevocationCase), nameof(RevocationCase.All))]
    public async Task SignFile_OfAFileThatIsSigned_IsNotAnsweredWithoutTheRight(RevocationCase taken, CancellationToken cancellationToken)
    {
        var request = await OpenAsync(cancellationToken);
        await _caller.SignFileAsync(request.RequestId, FileName, new MemoryStream(Program), cancellationToken);
        taken.Write(_node);
        await ReloadAsync(cancellationToken);
        var refused = await Refused.ByAsync(
            () => _caller.SignFileAsync(request.RequestId, FileName, new MemoryStream(Program), cancellationToken));
        Assert.That(refused.Reason, Is.EqualTo(taken.Reason), refused.Message);
    }

    [TestCaseSource(typeof(RevocationCase), nameof(RevocationCase.All))]
    public async Task WatchRequest_WhenAReloadTakesItsRightMeanwhile_EndsByItself(RevocationCase taken, CancellationToken cancellationToken)
    {
        var request = await OpenAsync(cancellationToken);
        using var watch = _caller.Stub.WatchRequest(
            new WatchRequestRequest { RequestId = request.RequestId }, _caller.Headers, cancellationToken: cancellationToken);
        await watch.ResponseStream.MoveNext(cancellationToken);
        taken.Write(_node);
        await ReloadAsync(cancellationToken);
        if (taken.Refusal is null)
        {
            // What the profile wants of a signature is nothing that a watched request lacks.
            await _caller.Stub.CancelRequestAsync(
                new CancelRequestRequest { RequestId = request.RequestId }, _caller.Headers, cancellationToken: cancellationToken);
            Assert.That(await watch.ResponseStream.MoveNext(cancellationToken), Is.True);
            Assert.That(watch.ResponseStream.Current.Request.State, Is.EqualTo(RequestState.Cancelled));
            return;
        }

        var ended = await Refused.ByAsync(() => watch.ResponseStream.MoveNext(cancellationToken));
        Assert.That(ended.Reason, Is.EqualTo(taken.Reason), ended.Message);
        var refusals = await LedgerOf.ReadAsync(_node, cancellationToken, "access-refused", _before);
        Assert.That(refusals.Select(record => record.Text("refusal")), Is.EqualTo(new[] { taken.Refusal }));
    }

    [Test]
    public async Task SignFile_WhenTheFormatIsTakenBeforeTheLastByte_UsesNoKey(CancellationToken cancellationToken)
    {
        using var upload = await BeginAsync(Program.Length, cancellationToken);
        await ReloadAsync(RevocationCase.WithProfile(new() { Timestamped = false, Formats = ["msi"] }), cancellationToken);
        var ended = await Refused.ByAsync(() => upload.FinishAsync(cancellationToken));
        await NothingIsSignedAsync(ended, ErrorReason.UnsupportedFormat, cancellationToken);
    }

    [Test]
    public async Task SignFile_WhenTheRightStays_SignsAfterAReload(CancellationToken cancellationToken)
    {
        using var upload = await BeginAsync(Program.Length / 2, cancellationToken);
        await ReloadAsync(RevocationCase.WithProfile(new() { Timestamped = false, Formats = ["pe", "msi"] }), cancellationToken);
        Assert.That(await upload.FinishAsync(cancellationToken), Is.Not.Null);
    }

    [Test]
    public async Task SignFile_WhenTheRequestIsCancelledMeanwhile_EndsByItself(CancellationToken cancellationToken)
    {
        using var upload = await BeginAsync(Program.Length / 2, cancellationToken);
        await _caller.Stub.CancelRequestAsync(
            new CancelRequestRequest { RequestId = upload.RequestId }, _caller.Headers, cancellationToken: cancellationToken);
        var ended = await Refused.ByAsync(() => upload.EndAsync(cancellationToken));
        await NothingIsSignedAsync(ended, ErrorReason.Cancelled, cancellationToken);
    }

    [Test]
    public async Task SignFile_WhenTheTokenIsLockedMeanwhile_EndsByItself(CancellationToken cancellationToken)
    {
        using var upload = await BeginAsync(Program.Length / 2, cancellationToken);
        await _node.RunAsync(["lock", Names.Token], cancellationToken);
        try
        {
            var ended = await Refused.ByAsync(() => upload.EndAsync(cancellationToken));
            Assert.That(ended.Reason, Is.EqualTo(ErrorReason.TokenLocked), ended.Message);
        }
        finally
        {
            await _node.UnlockAsync(cancellationToken);
        }
    }

    [TestCase("uploads: { leastRate: 1MB, measured: 2s }", "uploads.leastRate")]
    [TestCase("uploads: { longest: 2s }", "uploads.longest")]
    public async Task SignFile_WhenItsSenderStalls_EndsAtTheLimit(string limit, string named, CancellationToken cancellationToken)
    {
        await ReloadAsync(RevocationCase.Granted with { More = limit + "\n" }, cancellationToken);
        using var upload = await BeginAsync(Program.Length / 2, cancellationToken);
        var ended = await Refused.ByAsync(() => upload.EndAsync(cancellationToken));
        Assert.That(ended.Message, Does.Contain(named));
        await NothingIsSignedAsync(ended, ErrorReason.LimitExceeded, cancellationToken);
    }

    private async Task<OpenUpload> BeginAsync(int bytes, CancellationToken cancellationToken)
    {
        var request = await OpenAsync(cancellationToken);
        return await OpenUpload.BeginAsync(_node, _caller, request.RequestId, FileName, Program, bytes, cancellationToken);
    }

    private Task<SigningRequest> OpenAsync(CancellationToken cancellationToken) => _caller.CreateRequestAsync(
        ControllerClient.NewRequest(Names.Job, Names.Profile, (FileName, Program)), cancellationToken);

    private Task ReloadAsync(AgentOptions options, CancellationToken cancellationToken)
    {
        _node.WriteConfiguration(options);
        return ReloadAsync(cancellationToken);
    }

    private async Task ReloadAsync(CancellationToken cancellationToken)
    {
        var reloaded = await _node.RunAsync(["config", "reload"], cancellationToken);
        Assert.That(reloaded.ExitCode, Is.Zero, reloaded.All);
    }

    private async Task<long> SignaturesAsync() =>
        (await _node.Agent.GetStatusAsync(CancellationToken.None)).Keys.Sum(key => key.Signatures);

    private async Task NothingIsSignedAsync(SigningException ended, ErrorReason reason, CancellationToken cancellationToken)
    {
        var failures = await LedgerOf.ReadAsync(_node, cancellationToken, "file-failed", _before);
        var signed = await LedgerOf.ReadAsync(_node, cancellationToken, "file-signed", _before);
        var signatures = await SignaturesAsync();
        Assert.Multiple(() =>
        {
            Assert.That(ended.Reason, Is.EqualTo(reason), ended.Message);
            Assert.That(failures.Select(record => record.Text("reason")), Is.EqualTo(new[] { ErrorReasons.WireName(reason) }));
            Assert.That(signed, Is.Empty);
            Assert.That(signatures, Is.EqualTo(_signatures), "The key was used.");
        });
    }
}
