using Signet.Fuzz;

namespace Signet.Formats.Tests;

/// <summary>What watches the parsers sees what it watches for.</summary>
public sealed class HostileInputTests
{
    private static readonly byte[] File = [1, 2, 3];

    [Test]
    public void Try_OfAParserThatThrowsSomethingElse_SaysSo() =>
        Assert.That(Try(() => throw new InvalidOperationException("odd")), Does.Contain("InvalidOperationException"));

    [Test]
    public void Try_OfAParserThatAllocatesTooMuch_SaysSo() =>
        Assert.That(Try(() => GC.KeepAlive(new byte[20 << 20])), Does.Contain("allocated"));

    [Test]
    public void Try_OfAParserThatRefuses_IsContent() =>
        Assert.That(Try(() => throw new SignatureFormatException(FormatFailure.Malformed, "broken")), Is.Null);

    private static string? Try(Action onVerify)
    {
        using var signer = new IdleSigner();
        return HostileInput.Try(new Misbehaving(onVerify), File, signer, buildChains: false);
    }

    private sealed class Misbehaving(Action onVerify) : ISignatureFormat
    {
        public string Name => "misbehaving";

        public bool RequiresRandomAccess => false;

        public IReadOnlyCollection<string> Extensions => [];

        public bool MatchesContent(ReadOnlySpan<byte> head) => true;

        public Task<IPreparedSignature> PrepareAsync(Stream content, SigningChoices choices, CancellationToken cancellationToken) =>
            throw new SignatureFormatException(FormatFailure.Unsupported, "not this one");

        public Task<VerificationReport> VerifyAsync(Stream content, TrustAnchors trust, CancellationToken cancellationToken)
        {
            onVerify();
            return Task.FromResult(new VerificationReport(Name, []));
        }
    }
}
