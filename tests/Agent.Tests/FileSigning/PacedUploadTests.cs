using Signet.Agent.FileSigning;
using Signet.Agent.Tests.Access;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;

namespace Signet.Agent.Tests.FileSigning;

/// <summary>The least rate of an upload: 1 KB a second over 5 minutes of waiting, and 24 hours in all.</summary>
[CancelAfter(60_000)]
public sealed class PacedUploadTests
{
    private AccessFixture _fixture = null!;
    private ScriptedUpload _upload = null!;
    private PacedUpload _paced = null!;

    [SetUp]
    public void Prepare()
    {
        _fixture = new AccessFixture();
        _upload = new ScriptedUpload();
        _paced = new PacedUpload(_upload, _fixture.Holder, _fixture.Time);
    }

    [TearDown]
    public async Task Dispose() => await _fixture.DisposeAsync();

    [Test]
    public async Task Require_WhileNothingArrives_RefusesAfterFiveMinutes(CancellationToken cancellationToken)
    {
        var waiting = _paced.ReadChunkAsync(cancellationToken);
        Pass(TimeSpan.FromMinutes(4.9));
        Accepts();
        Pass(TimeSpan.FromMinutes(0.2));
        Refuses();
        _upload.Arrive(0);
        await waiting;
    }

    [Test]
    public async Task Require_WhenTheAgentWasBusy_CountsNoTime(CancellationToken cancellationToken)
    {
        var waiting = _paced.ReadChunkAsync(cancellationToken);
        _upload.Arrive(1);
        await waiting;
        Pass(TimeSpan.FromHours(1));
        Accepts();
    }

    [Test]
    public async Task Require_AfterABurst_MeasuresAnew(CancellationToken cancellationToken)
    {
        var burst = _paced.ReadChunkAsync(cancellationToken);
        Pass(TimeSpan.FromMinutes(5));
        _upload.Arrive(1 << 20);
        await burst;
        Accepts();
        var waiting = _paced.ReadChunkAsync(cancellationToken);
        Pass(TimeSpan.FromMinutes(5.1));
        Refuses();
        _upload.Arrive(0);
        await waiting;
    }

    [Test]
    public void Require_AfterTheLongestTime_Refuses()
    {
        Pass(TimeSpan.FromHours(24));
        Accepts();
        Pass(TimeSpan.FromSeconds(1));
        Refuses();
    }

    private void Pass(TimeSpan time) => _fixture.Time.Advance(time);

    private void Accepts() => Assert.That(() => _paced.Require("a.dll"), Throws.Nothing);

    private void Refuses() => Assert.That(
        () => _paced.Require("a.dll"),
        Throws.TypeOf<SigningException>().With.Property(nameof(SigningException.Reason)).EqualTo(ErrorReason.LimitExceeded));

    private sealed class ScriptedUpload : IUpload
    {
        private TaskCompletionSource<ReadOnlyMemory<byte>?> _next = new();

        public void Arrive(int bytes)
        {
            var arrived = _next;
            _next = new TaskCompletionSource<ReadOnlyMemory<byte>?>();
            arrived.SetResult(new byte[bytes]);
        }

        public Task<ReadOnlyMemory<byte>?> ReadChunkAsync(CancellationToken cancellationToken) => _next.Task;

        public Task ReportAsync(SignFileStage stage, long receivedBytes, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
