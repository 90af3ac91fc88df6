using System.Diagnostics;
using System.Security.Cryptography;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;
using Signet.Testing.Stacks;
using Signet.Testing.Tools;
using Signet.Tokens.Client;
using Signet.Tokens.Host;
using Signet.Tokens.Tests.Tools;

namespace Signet.Tokens.Tests.Stacks;

/// <summary>A real stack with a real token host before it.</summary>
internal sealed class StackUnderTest : IAsyncDisposable
{
    private const int SignaturesAtOnce = 12;

    private StackUnderTest(ITokenSetup stack, TokenUnderTest host)
    {
        Stack = stack;
        Host = host;
    }

    public ITokenSetup Stack { get; }

    public TokenUnderTest Host { get; }

    public StackReport Report { get; } = new();

    public TokenStatus Status => Host.Supervisor.Status;

    /// <summary>Starts the host; the token is asked for with label and serial number together.</summary>
    public static async Task<StackUnderTest> StartAsync(ITokenSetup stack, UnlockMethod method, CancellationToken cancellationToken)
    {
        var directory = new TemporaryDirectory();
        var options = new TokenHostOptions
        {
            Name = "card",
            SocketPath = directory.File("t.sock"),
            HoldFile = directory.File("hold"),
            Operators = [Environment.UserName],
            Keys = [.. stack.Keys.Select(SelectorOf)],
            CallDeadline = TimeSpan.FromSeconds(20),
            PollInterval = TimeSpan.FromMilliseconds(200),
            Pkcs11 = new Pkcs11TokenOptions
            {
                ModulePath = stack.ModulePath,
                InitArguments = stack.InitArguments,
                Label = stack.TokenLabel,
                Serial = stack.TokenSerial.Length > 0 ? stack.TokenSerial : null,
                Sessions = 2,
                UnlockMethod = method,
            },
        };
        return new StackUnderTest(stack, await TokenUnderTest.StartAsync(directory, options, stack.Environment, cancellationToken));
    }

    /// <summary>The host shows the token as it is, and its keys once they were read.</summary>
    public void IsDescribed(UnlockMethod method)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Status.Label, Is.EqualTo(Stack.TokenLabel));
            Assert.That(Status.Serial, Stack.TokenSerial.Length > 0 ? Is.EqualTo(Stack.TokenSerial) : Is.Not.Empty);
            Assert.That(Status.UnlockMethod, Is.EqualTo(method));
            Assert.That(Status.SaysNoLogin, Is.EqualTo(Stack.SaysNoLogin));
            Assert.That(Status.PinCounter, Is.Not.AnyOf(PinCounter.Low, PinCounter.FinalTry, PinCounter.Locked));
        }

        Report.Passed("describe");
    }

    /// <summary>The token tells of the wrong PIN, if it is one that does.</summary>
    public void IsCounted()
    {
        Assert.That(Status.PinCounter == PinCounter.Low, Is.EqualTo(Stack.FlagsWrongPins), Status.PinCounter.ToString());
        Report.CounterAfterWrongPin(Status.PinCounter);
    }

    /// <summary>Both keys sign at once, and what they sign holds.</summary>
    public async Task SignsAsync(CancellationToken cancellationToken)
    {
        foreach (var key in Stack.Keys)
        {
            var shown = Host.Supervisor.Keys.Single(shown => shown.Reference == SelectorOf(key).Reference);
            using (Assert.EnterMultipleScope())
            {
                Assert.That(shown.Problem, Is.Empty);
                Assert.That(shown.PublicKey.ToByteArray(), Is.EqualTo(key.PublicKey));
                Assert.That(Convert.ToHexStringLower(shown.Id.Span), Is.EqualTo(key.Id));
                Assert.That(shown.Label, Is.EqualTo(key.Label ?? string.Empty));
            }
        }

        var signed = await Task.WhenAll(Enumerable.Range(0, SignaturesAtOnce).Select(index => SignAsync(index, cancellationToken)));
        Assert.That(signed, Is.All.True);
        Report.Verified(signed.Length);
    }

    /// <summary>No key signs.</summary>
    public async Task IsLockedAsync(CancellationToken cancellationToken)
    {
        await Host.StateBecomesAsync(TokenState.Locked, cancellationToken);
        var refused = await Assert.ThrowsAsync<SigningException>(() => SignAsync(0, cancellationToken));
        Assert.That(refused!.Reason, Is.EqualTo(ErrorReason.TokenLocked));
    }

    /// <summary>Kills the host and waits until the next one has looked for its token.</summary>
    public async Task KillHostAsync(CancellationToken cancellationToken)
    {
        var killed = Host.HostProcessId;
        using (var process = Process.GetProcessById(killed))
        {
            process.Kill();
        }

        await Tools.Eventually.BecomesTrueAsync(
            () => Status is { HostProcessId: > 0, Starting: false } status && status.HostProcessId != killed, "another host serves",
            cancellationToken);
    }

    /// <summary>How often the token was made ready, as the records have it, and by whom.</summary>
    public IEnumerable<string> UnlocksBy() =>
        Host.Sink.Events.Where(entry => entry.Kind == TokenEventKind.Unlocked).Select(entry => entry.Account);

    /// <summary>An operator locks the token.</summary>
    public Task LockAsync(CancellationToken cancellationToken) => TokenHostClient.LockAsync(Host.SocketPath, cancellationToken);

    public async ValueTask DisposeAsync() => await Host.DisposeAsync();

    // One key by its label where it has one, the other by its id.
    private static KeySelector SelectorOf(StackKey key, int index) =>
        index == 0 && key.Label is not null ? new KeySelector(key.Label) : new KeySelector(null, key.Id);

    private KeySelector SelectorOf(StackKey key) => SelectorOf(key, Stack.Keys.ToList().IndexOf(key));

    private async Task<bool> SignAsync(int index, CancellationToken cancellationToken)
    {
        var key = Stack.Keys[index % Stack.Keys.Count];
        var shown = Host.Supervisor.Keys.FirstOrDefault(shown => shown.Reference == SelectorOf(key).Reference);
        var mechanism = key.IsElliptic ? SignatureMechanism.EcdsaSha256
            : shown is { SignsPss: true } && index % 4 < 2 ? SignatureMechanism.RsaPssSha256
            : SignatureMechanism.RsaPkcs1Sha256;
        var content = RandomNumberGenerator.GetBytes(64);
        var signature = await Host.Supervisor.SignAsync(
            SelectorOf(key).Reference, Signatures.Digest(mechanism, content), mechanism, $"request-{index}", cancellationToken);
        return Signatures.Verify(key.PublicKey, mechanism, content, signature);
    }
}
