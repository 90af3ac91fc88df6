using Signet.Agent.Access;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;

namespace Signet.Agent.Tests.Access;

/// <summary>A caller that was let in is judged again in memory: no secret, no Argon2id, and the ends of validity count.</summary>
[CancelAfter(60_000)]
public sealed class LostAccessTests
{
    private AccessFixture _fixture = null!;

    [SetUp]
    public void Prepare() => _fixture = new AccessFixture();

    [TearDown]
    public async Task Dispose() => await _fixture.DisposeAsync();

    [Test]
    public async Task Decide_WhenNothingChanged_GrantsWithoutAnotherEvaluation(CancellationToken cancellationToken)
    {
        var caller = await _fixture.Guard.AuthenticateAsync(_fixture.Attempt(), cancellationToken);
        var evaluations = _fixture.Verifier.EvaluationCount;
        Assert.That(Decide(caller).Require().Name, Is.EqualTo("release"));
        Assert.That(_fixture.Verifier.EvaluationCount, Is.EqualTo(evaluations));
    }

    [Test]
    public async Task Decide_WhenTheCertificateHasExpiredMeanwhile_Refuses(CancellationToken cancellationToken)
    {
        var caller = await _fixture.Guard.AuthenticateAsync(_fixture.Attempt(), cancellationToken);
        _fixture.Time.Advance(TimeSpan.FromDays(31));
        Refuses(caller, ErrorReason.Unauthenticated, RefusalKind.ExpiredCertificate);
    }

    [Test]
    public async Task Decide_WhenThePinIsTakenMeanwhile_Refuses(CancellationToken cancellationToken)
    {
        var caller = await _fixture.Guard.AuthenticateAsync(_fixture.Attempt(), cancellationToken);
        using var other = _fixture.Client("CN=other", -1, 30, null);
        _fixture.Write(_fixture.Yaml(AccessFixture.Pin(other)));
        _fixture.Holder.Reload();
        Refuses(caller, ErrorReason.Unauthenticated, RefusalKind.UnknownCertificate);
    }

    [Test]
    public async Task Decide_WhenTheSecretIsAnotherMeanwhile_Refuses(CancellationToken cancellationToken)
    {
        var caller = await _fixture.Guard.AuthenticateAsync(_fixture.Attempt(), cancellationToken);
        _fixture.Write(_fixture.Yaml(secret: "sgc_other"));
        _fixture.Holder.Reload();
        Refuses(caller, ErrorReason.Unauthenticated, RefusalKind.WrongSecret);
    }

    [Test]
    public void Decide_ForAnIdentityThatNothingProves_Refuses() => Refuses(
        new CallerIdentity("main", "release-signer", AccessFixture.RemoteAddress), ErrorReason.Unauthenticated, RefusalKind.NoCertificate);

    private AccessDecision Decide(CallerIdentity caller) =>
        _fixture.Guard.Decide(caller, new BuildFacts(AccessFixture.Job), "release");

    private void Refuses(CallerIdentity caller, ErrorReason reason, RefusalKind kind)
    {
        var refused = Assert.Throws<SigningException>(() => Decide(caller).Require())!;
        Assert.That(refused.Reason, Is.EqualTo(reason));
        Assert.That((refused.InnerException as AccessRefusedException)?.Lost?.Kind, Is.EqualTo(kind));
    }
}
