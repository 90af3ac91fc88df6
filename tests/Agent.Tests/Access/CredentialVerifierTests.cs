using Signet.Agent.Access;

namespace Signet.Agent.Tests.Access;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
[Parallelizable(ParallelScope.All)]
[CancelAfter(60_000)]
internal sealed class CredentialVerifierTests : IAsyncDisposable
{
    private readonly AccessFixture _fixture = new();

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Test]
    public async Task VerifyAsync_WhenSecretIsRight_CostsOneEvaluationForManyCalls(CancellationToken cancellationToken)
    {
        var rules = Rules();

        var checks = await Task.WhenAll(Enumerable.Range(0, 50).Select(
            _ => VerifyAsync(rules, "release-signer", AccessFixture.Secret, cancellationToken)));
        checks = [.. checks, await VerifyAsync(rules, "release-signer", AccessFixture.Secret, cancellationToken)];

        Assert.That(checks, Is.All.EqualTo(CredentialCheck.Accepted));
        Assert.That(_fixture.Verifier.EvaluationCount, Is.EqualTo(1));
        Assert.That(rules.Verified.Count, Is.EqualTo(1));
    }

    [Test]
    public async Task VerifyAsync_WhenNameIsUnknownOrSecretWrong_CostsAnEvaluationEachTime(CancellationToken cancellationToken)
    {
        var rules = Rules();
        var results = new List<CredentialCheck>();
        foreach (var (name, secret) in new[] { ("nobody", "x"), ("nobody", "x"), ("release-signer", "x"), ("release-signer", "x") })
        {
            results.Add(await _fixture.PassAsync(VerifyAsync(rules, name, secret, cancellationToken)));
        }

        Assert.That(results, Is.EqualTo(new[]
        {
            CredentialCheck.UnknownCredential, CredentialCheck.UnknownCredential,
            CredentialCheck.WrongSecret, CredentialCheck.WrongSecret,
        }));
        Assert.That(_fixture.Verifier.EvaluationCount, Is.EqualTo(4));
        Assert.That(rules.Verified.Count, Is.Zero);
    }

    [Test]
    public void UnknownCredentialHash_WhenCredentialsHaveOtherParameters_IsAsCostly()
    {
        var rules = Rules();
        var real = rules.FindCredential("release-signer")!;

        Assert.That(
            (rules.UnknownCredentialHash.MemoryKib, rules.UnknownCredentialHash.Passes), Is.EqualTo((real.MemoryKib, real.Passes)));
    }

    [Test]
    public async Task VerifyAsync_WhenConfigurationChanged_VerifiesAgain(CancellationToken cancellationToken)
    {
        await VerifyAsync(Rules(), "release-signer", AccessFixture.Secret, cancellationToken);
        Assert.That(_fixture.Holder.Reload().Result.Issues, Is.Empty);
        await VerifyAsync(Rules(), "release-signer", AccessFixture.Secret, cancellationToken);

        Assert.That(_fixture.Verifier.EvaluationCount, Is.EqualTo(2));
    }

    [Test]
    public async Task VerifyAsync_WhenAControllerKeepsFailing_SlowsItAloneAndNotItsVerifiedSecrets(CancellationToken cancellationToken)
    {
        var rules = Rules();
        await VerifyAsync(rules, "release-signer", AccessFixture.Secret, cancellationToken);
        for (var i = 0; i < 3; i++)
        {
            await _fixture.PassAsync(VerifyAsync(rules, "release-signer", $"wrong-{i}", cancellationToken));
        }

        var slowed = VerifyAsync(rules, "release-signer", "wrong-again", cancellationToken);
        var known = await VerifyAsync(rules, "release-signer", AccessFixture.Secret, cancellationToken);
        var other = await _fixture.Verifier.VerifyAsync(
            rules, "second", AccessFixture.Credential("dev-signer", AccessFixture.Secret), cancellationToken);

        Assert.That((known, other), Is.EqualTo((CredentialCheck.Accepted, CredentialCheck.Accepted)));
        Assert.That(slowed.IsCompleted, Is.False, "the clock has not moved, so the delay goes on");
        Assert.That(await _fixture.PassAsync(slowed), Is.EqualTo(CredentialCheck.WrongSecret));
    }

    [Test]
    public async Task VerifyAsync_WhenAControllerFloods_BoundsItsWaitingChecksAndServesOthers(CancellationToken cancellationToken)
    {
        var rules = Rules();
        await VerifyAsync(rules, "nobody", "x", cancellationToken);

        var flood = Enumerable.Range(0, 100).Select(i => VerifyAsync(rules, "nobody", $"wrong-{i}", cancellationToken)).ToList();
        var other = await _fixture.Verifier.VerifyAsync(
            rules, "second", AccessFixture.Credential("dev-signer", AccessFixture.Secret), cancellationToken);

        Assert.That(other, Is.EqualTo(CredentialCheck.Accepted));
        Assert.That(
            flood.Count(check => check.IsCompletedSuccessfully && check.Result == CredentialCheck.TooManyChecks),
            Is.EqualTo(100 - CredentialVerifier.MaxChecksPerController));
        var results = await _fixture.PassAsync(Task.WhenAll(flood));
        Assert.That(
            results.Count(check => check == CredentialCheck.UnknownCredential), Is.EqualTo(CredentialVerifier.MaxChecksPerController));

        Assert.That(
            await _fixture.PassAsync(VerifyAsync(rules, "release-signer", AccessFixture.Secret, cancellationToken)),
            Is.EqualTo(CredentialCheck.Accepted), "after the flood");
    }

    [Test]
    public void DelayFor_WhenFailuresGoOn_DoublesUpToItsBoundAndIsForgotten()
    {
        var throttle = new FailureThrottle(_fixture.Time);
        var delays = new List<double>();
        for (var i = 0; i < 12; i++)
        {
            delays.Add(throttle.DelayFor("main").TotalMilliseconds);
            throttle.NoteFailure("main");
        }

        Assert.That(delays, Is.EqualTo(new double[] { 0, 100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000, 5000, 5000 }));
        Assert.That(throttle.DelayFor("second"), Is.EqualTo(TimeSpan.Zero));
        _fixture.Time.Advance(TimeSpan.FromSeconds(61));
        Assert.That(throttle.DelayFor("main"), Is.EqualTo(TimeSpan.Zero));
    }

    [Test]
    public void Tag_WhenNameOrSecretDiffer_Differs()
    {
        var secrets = new VerifiedSecrets();

        var tag = secrets.Tag("ab", "c"u8);

        Assert.That(secrets.Tag("ab", "c"u8), Is.EqualTo(tag));
        Assert.That(secrets.Tag("a", "bc"u8), Is.Not.EqualTo(tag));
        Assert.That(tag, Is.Not.EqualTo(new VerifiedSecrets().Tag("ab", "c"u8)), "another process, another key");
    }

    private AccessRules Rules() => new(_fixture.Holder.Current);

    private Task<CredentialCheck> VerifyAsync(AccessRules rules, string name, string secret, CancellationToken cancellationToken) =>
        _fixture.Verifier.VerifyAsync(rules, "main", AccessFixture.Credential(name, secret), cancellationToken);
}
