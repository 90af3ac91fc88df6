using System.Diagnostics;
using System.Text;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;
using Signet.Testing.SoftHsm;
using Signet.Testing.Tools;
using Signet.Tokens.Tests.Tools;

namespace Signet.Tokens.Tests.Supervision;

/// <summary>Many signatures at once over the one stream to a real token host.</summary>
[TestFixture]
[CancelAfter(120_000)]
internal sealed class SignatureStreamTests
{
    private const SignatureMechanism Rsa = SignatureMechanism.RsaPkcs1Sha256;
    private const SignatureMechanism Elliptic = SignatureMechanism.EcdsaSha256;
    private const int Queue = 4;

    private SoftHsmToken _token = null!;
    private TokenUnderTest _running = null!;

    [SetUp]
    public async Task StartAsync()
    {
        var directory = new TemporaryDirectory();
        _token = await SoftHsmToken.CreateAsync(directory.Path, "one", CancellationToken.None);
        await _token.GenerateKeyAsync("slow", "rsa:4096", CancellationToken.None);
        await _token.GenerateKeyAsync("fast", "EC:prime256v1", CancellationToken.None);
        var options = TokenUnderTest.OptionsFor(directory, _token, "slow", "fast");
        options = options with { Pkcs11 = options.Pkcs11! with { Sessions = 1, Queue = Queue } };
        _running = await TokenUnderTest.StartAsync(directory, options, _token, CancellationToken.None);
        await _running.MakeReadyAsync(_token.UserPin, CancellationToken.None);
    }

    [TearDown]
    public async Task StopAsync() => await _running.DisposeAsync();

    [Test]
    public async Task SignAsync_WithManyAtOnce_GivesEachItsOwnSignature(CancellationToken cancellationToken)
    {
        var keys = _running.Supervisor.Keys.ToDictionary(key => key.Label, key => key.PublicKey.ToByteArray());
        await Parallel.ForEachAsync(
            Enumerable.Range(0, 200), new ParallelOptions { MaxDegreeOfParallelism = Queue, CancellationToken = cancellationToken },
            async (index, cancelled) =>
            {
                var (key, mechanism) = index % 5 == 0 ? ("slow", Rsa) : ("fast", Elliptic);
                var content = Encoding.UTF8.GetBytes($"content {index}");
                var signature = await SignAsync(key, mechanism, content, cancelled);
                Assert.That(Signatures.Verify(keys[key], mechanism, content, signature), Is.True, $"signature {index}");
            });
    }

    [Test]
    public async Task SignAsync_WhenOneIsRefused_LeavesTheOthersAlone(CancellationToken cancellationToken)
    {
        var good = SignAsync("slow", Rsa, [1], cancellationToken);
        var unknown = await Assert.ThrowsAsync<SigningException>(async () => await SignAsync("none", Rsa, [2], cancellationToken));
        var wrong = await Assert.ThrowsAsync<SigningException>(async () => await SignAsync("fast", Rsa, [3], cancellationToken));

        Assert.That(unknown?.Reason, Is.EqualTo(ErrorReason.InvalidRequest));
        Assert.That(unknown?.Message, Does.Contain("names no such key"));
        Assert.That(wrong?.Reason, Is.EqualTo(ErrorReason.InvalidRequest));
        Assert.That(await good, Has.Length.EqualTo(512));
        Assert.That(await SignAsync("fast", Elliptic, [4], cancellationToken), Has.Length.EqualTo(64));
    }

    [Test]
    public async Task SignAsync_WhenTheQueueIsFull_SaysThatARepeatHelps(CancellationToken cancellationToken)
    {
        var all = Enumerable.Range(0, 40).Select(index => SignAsync("slow", Rsa, [(byte)index], cancellationToken)).ToList();
        await EndedAsync(all);

        var refused = all.Where(one => one.IsFaulted).Select(one => one.Exception!.InnerException).Cast<SigningException>().ToList();
        Assert.That(refused, Is.Not.Empty.And.All.Property("Reason").EqualTo(ErrorReason.QueueFull));
        Assert.That(refused, Has.All.Property("RetryAfter").EqualTo(ErrorReasons.DefaultRetryAfter(ErrorReason.QueueFull)));
    }

    [Test]
    public async Task SignAsync_WhenThoseThatWaitAreCancelled_FreesTheirPlacesInTheQueue(CancellationToken cancellationToken)
    {
        for (var round = 0; round < 20; round++)
        {
            using var cancelling = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var waiting = Enumerable.Range(0, Queue).Select(index => SignAsync("slow", Rsa, [(byte)index], cancelling.Token)).ToList();
            await cancelling.CancelAsync();
            await EndedAsync(waiting);
            Assert.That(waiting.Select(one => one.Status), Has.All.AnyOf(TaskStatus.Canceled, TaskStatus.RanToCompletion));

            // None of them may find a place taken.
            await Task.WhenAll(Enumerable.Range(0, Queue).Select(index => SignAsync("fast", Elliptic, [(byte)index], cancellationToken)));
        }
    }

    [Test]
    public async Task SignAsync_WhenTheHostIsKilled_FailsAllThatWait(CancellationToken cancellationToken)
    {
        var all = Enumerable.Range(0, Queue).Select(index => SignAsync("slow", Rsa, [(byte)index], cancellationToken)).ToList();
        using (var host = Process.GetProcessById(_running.HostProcessId))
        {
            host.Kill();
        }

        await EndedAsync(all);
        Assert.That(
            all.Where(one => one.IsFaulted).Select(one => one.Exception!.InnerException),
            Is.Not.Empty.And.All.TypeOf<SigningException>().And.All.Property("Reason").EqualTo(ErrorReason.TokenLocked));
        await _running.IsRecordedAsync(TokenEventKind.HostEnded, cancellationToken);

        // The next host is asked over a stream of its own.
        await Tools.Eventually.BecomesTrueAsync(
            () => _running.Supervisor.Status is { HostProcessId: > 0, State: TokenState.Locked }, "the next host serves", cancellationToken);
        await _running.MakeReadyAsync(_token.UserPin, cancellationToken);
        Assert.That(await SignAsync("fast", Elliptic, [1], cancellationToken), Has.Length.EqualTo(64));
    }

    private static async Task EndedAsync(IEnumerable<Task> all) =>
        await Task.WhenAll(all).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private Task<byte[]> SignAsync(string key, SignatureMechanism mechanism, byte[] content, CancellationToken cancellationToken) =>
        _running.Supervisor.SignAsync(key, Signatures.Digest(mechanism, content), mechanism, "r", cancellationToken);
}
