using System.Security.Cryptography;
using Signet.Agent.Access;
using Signet.Agent.Ledger;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;

namespace Signet.Agent.Tests.Access;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
[Parallelizable(ParallelScope.All)]
[CancelAfter(60_000)]
internal sealed class AccessGuardTests : IAsyncDisposable
{
    private readonly AccessFixture _fixture = new();

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Test]
    public async Task AuthenticateAsync_WhenCertificateAndCredentialAreRight_GivesIdentityAndNoRecord(CancellationToken cancellationToken)
    {
        var caller = await _fixture.Guard.AuthenticateAsync(
            _fixture.Main, AccessFixture.Basic("release-signer", AccessFixture.Secret), AccessFixture.RemoteAddress, cancellationToken);

        Assert.That(caller with { Proof = null }, Is.EqualTo(new CallerIdentity("main", "release-signer", AccessFixture.RemoteAddress)));
        Assert.That(_fixture.Store.Records, Is.Empty);
    }

    [Test]
    public async Task AuthenticateAsync_WhenThereIsNoCertificate_RefusesAndRecords(CancellationToken cancellationToken)
    {
        var error = await RefusedAsync(_fixture.Attempt() with { ClientCertificate = null }, cancellationToken);

        Assert.That(error.Reason, Is.EqualTo(ErrorReason.Unauthenticated));
        AssertRecord("no-certificate", "remote:192.0.2.7");
    }

    [Test]
    public async Task AuthenticateAsync_WhenCertificateIsNotPinned_RefusesAndRecordsItsHash(CancellationToken cancellationToken)
    {
        using var stranger = _fixture.Client("CN=main", -1, 30, AccessFixture.ClientAuthentication);

        var error = await RefusedAsync(_fixture.Attempt(certificate: stranger), cancellationToken);

        Assert.That(error.Reason, Is.EqualTo(ErrorReason.Unauthenticated));
        var fields = AssertRecord("unknown-certificate", "remote:192.0.2.7");
        Assert.That(fields["certificateSha256"], Is.EqualTo(stranger.GetCertHash(HashAlgorithmName.SHA256)));
        Assert.That(_fixture.Verifier.EvaluationCount, Is.Zero);
    }

    [TestCase(-30, -1, AccessFixture.ClientAuthentication, "expired-certificate")]
    [TestCase(1, 30, AccessFixture.ClientAuthentication, "not-yet-valid-certificate")]
    [TestCase(-1, 30, AccessFixture.ServerAuthentication, "wrong-certificate-usage")]
    public async Task AuthenticateAsync_WhenPinnedCertificateDoesNotDo_RefusesAndRecords(
        int fromDays, int toDays, string usage, string kind, CancellationToken cancellationToken)
    {
        using var certificate = _fixture.Client("CN=main", fromDays, toDays, usage);
        _fixture.Write(_fixture.Yaml(mainPins: AccessFixture.Pin(certificate)));
        Assert.That(_fixture.Holder.Reload().Result.Issues, Is.Empty);

        var error = await RefusedAsync(_fixture.Attempt(certificate: certificate), cancellationToken);

        Assert.That(error.Reason, Is.EqualTo(ErrorReason.Unauthenticated));
        AssertRecord(kind, "controller:main");
    }

    [Test]
    public async Task AuthenticateAsync_WhenTwoCertificatesArePinned_TakesEither(CancellationToken cancellationToken)
    {
        using var renewed = _fixture.Client("CN=main", -1, 300, AccessFixture.ClientAuthentication);
        _fixture.Write(_fixture.Yaml(mainPins: $"['{AccessFixture.Pin(_fixture.Main)}', '{AccessFixture.Pin(renewed)}']"));
        Assert.That(_fixture.Holder.Reload().Result.Issues, Is.Empty);

        Assert.That((await _fixture.Guard.AuthenticateAsync(_fixture.Attempt(), cancellationToken)).Controller, Is.EqualTo("main"));
        Assert.That(
            (await _fixture.Guard.AuthenticateAsync(_fixture.Attempt(certificate: renewed), cancellationToken)).Controller,
            Is.EqualTo("main"));
    }

    [TestCase(null, "no-credential")]
    [TestCase("Bearer abc", "malformed-credential")]
    [TestCase("Basic ####", "malformed-credential")]
    public async Task AuthenticateAsync_WhenThereIsNoCredential_RefusesAndRecords(
        string? authorization, string kind, CancellationToken cancellationToken)
    {
        var error = await RefusedAsync(_fixture.Attempt() with { Authorization = authorization }, cancellationToken);

        Assert.That(error.Reason, Is.EqualTo(ErrorReason.Unauthenticated));
        AssertRecord(kind, "controller:main");
    }

    [Test]
    public async Task AuthenticateAsync_WhenNameOrSecretIsWrong_SaysTheSameOutwardAndTheTruthInTheLedger(CancellationToken cancellationToken)
    {
        var unknown = await RefusedAsync(_fixture.Attempt(name: "no-such-signer"), cancellationToken);
        await _fixture.PassAsync(RefusedAsync(_fixture.Attempt(secret: "sgc_wrong"), cancellationToken));
        var records = _fixture.Store.Records;
        var wrong = await _fixture.PassAsync(RefusedAsync(_fixture.Attempt(secret: "sgc_wrong"), cancellationToken));

        Assert.That((wrong.Reason, wrong.Message), Is.EqualTo((unknown.Reason, unknown.Message)));
        Assert.That(wrong.Reason, Is.EqualTo(ErrorReason.Unauthenticated));
        Assert.That(records.Select(record => record.Fields["refusal"]), Is.EqualTo(new[] { "unknown-credential", "wrong-secret" }));
        Assert.That(records.Select(record => record.Fields["credential"]), Is.EqualTo(new[] { "no-such-signer", "release-signer" }));
        Assert.That(records.Select(record => record.Fields["job"]), Is.All.EqualTo(AccessFixture.Job));
        Assert.That(records.Select(record => record.Fields["profile"]), Is.All.EqualTo("release"));
        Assert.That(_fixture.Verifier.EvaluationCount, Is.EqualTo(3), "an unknown name costs an evaluation as a wrong secret does");
    }

    [Test]
    public async Task AuthenticateAsync_WhenNameAndSecretAreSwapped_KeepsTheSecretOutOfTheLedger(CancellationToken cancellationToken)
    {
        await RefusedAsync(_fixture.Attempt(name: CredentialSecret.Prefix + "abcdef", secret: "release-signer"), cancellationToken);

        Assert.That(AssertRecord("unknown-credential", "controller:main")["credential"], Does.Not.Contain("abcdef"));
    }

    [Test]
    public async Task AuthenticateAsync_WhenCredentialWasRevoked_RefusesAtOnce(CancellationToken cancellationToken)
    {
        await _fixture.Guard.AuthenticateAsync(_fixture.Attempt(), cancellationToken);
        _fixture.Write(_fixture.Yaml(secret: "sgc_another"));
        Assert.That(_fixture.Holder.Reload().Result.Issues, Is.Empty);

        var error = await RefusedAsync(_fixture.Attempt(), cancellationToken);

        Assert.That(error.Reason, Is.EqualTo(ErrorReason.Unauthenticated));
        AssertRecord("wrong-secret", "controller:main");
    }

    [Test]
    public async Task AuthenticateAsync_WhenRecordIsNotWrittenYet_DoesNotAnswer(CancellationToken cancellationToken)
    {
        var gate = new TaskCompletionSource();
        _fixture.Store.Gate = gate.Task;

        var refused = RefusedAsync(_fixture.Attempt() with { ClientCertificate = null }, cancellationToken);
        Assert.That(refused.IsCompleted, Is.False);
        gate.SetResult();
        await refused;

        AssertRecord("no-certificate", "remote:192.0.2.7");
    }

    [Test]
    public async Task AuthorizeAsync_WhenGranted_GivesTheProfile(CancellationToken cancellationToken)
    {
        var profile = await _fixture.Guard.AuthorizeAsync(
            Caller("main", "release-signer"), new BuildFacts(AccessFixture.Job), "release", cancellationToken);

        Assert.That(profile.Name, Is.EqualTo("release"));
        Assert.That(_fixture.Store.Records, Is.Empty);
    }

    [TestCase("main", "release-signer", "products/app/main", "secret-project", "not-granted")]
    [TestCase("main", "release-signer", "products/app/main", "no-such-profile", "unknown-profile")]
    [TestCase("main", "release-signer", "products/app/main", "Release", "unknown-profile")]
    [TestCase("main", "release-signer", "products/app/main", "", "unknown-profile")]
    [TestCase("main", "dev-signer", "products/app/main", "release", "not-granted")]
    [TestCase("second", "release-signer", "products/app/main", "release", "not-granted")]
    [TestCase("main", "release-signer", "products/app/Main", "release", "not-granted")]
    [TestCase("main", "release-signer", "products/app/other", "release", "not-granted")]
    [TestCase("main", "release-signer", "other/app/main", "dev", "not-granted")]
    [TestCase("main", "release-signer", "products/app/main/", "release", "improper-job-name")]
    [TestCase("main", "release-signer", "products/x/../app/main", "dev", "improper-job-name")]
    [TestCase("main", "release-signer", "products%2Fapp%2Fmain", "release", "not-granted")]
    [TestCase("main", "release-signer", "products/a%2Fpp/main", "release", "not-granted")]
    [TestCase("main", "release-signer", "products%2fapp%2fmain", "release", "improper-job-name")]
    [TestCase("main", "release-signer", "products/a%70p/main", "release", "improper-job-name")]
    [TestCase("main", "release-signer", "products/app/m\u0430in", "release", "not-granted")]
    [TestCase("main", "release-signer", "products/app/main\u200B", "release", "improper-job-name")]
    [TestCase("main", "release-signer", "", "release", "improper-job-name")]
    public async Task AuthorizeAsync_WhenNotGranted_SaysTheSameOutwardAndTheTruthInTheLedger(
        string controller, string credential, string job, string profile, string kind, CancellationToken cancellationToken)
    {
        var error = await Assert.ThrowsAsync<SigningException>(
            () => _fixture.Guard.AuthorizeAsync(Caller(controller, credential), new BuildFacts(job), profile, cancellationToken));
        var reference = await Assert.ThrowsAsync<SigningException>(
            () => _fixture.Guard.AuthorizeAsync(Caller("main", "dev-signer"), new BuildFacts("x"), "release", cancellationToken));

        Assert.That(error!.Reason, Is.EqualTo(ErrorReason.NotGranted));
        Assert.That(error.Message, Is.EqualTo(reference!.Message));
        var record = _fixture.Store.Records[0];
        Assert.That(record.Fields["refusal"], Is.EqualTo(kind));
        Assert.That(record.Fields["controller"], Is.EqualTo(controller));
    }

    [Test]
    public async Task FindProfilesAsync_WhenGrantsOverlap_GivesEachProfileOnce(CancellationToken cancellationToken)
    {
        Assert.That(await NamesAsync("main", "release-signer", AccessFixture.Job), Is.EqualTo(new[] { "release", "dev" }));
        Assert.That(await NamesAsync("main", "release-signer", "products/app/other"), Is.EqualTo(new[] { "dev" }));
        Assert.That(await NamesAsync("main", "dev-signer", AccessFixture.Job), Is.Empty);
        Assert.That(await NamesAsync("second", "dev-signer", "anything"), Is.EqualTo(new[] { "secret-project" }));
        Assert.That(_fixture.Store.Records, Is.Empty);
        Assert.That(await NamesAsync("second", "dev-signer", "any%2fthing"), Is.Empty);
        AssertRecord("improper-job-name", "controller:second");

        async Task<IEnumerable<string>> NamesAsync(string controller, string credential, string job) =>
            (await _fixture.Guard.FindProfilesAsync(Caller(controller, credential), job, cancellationToken))
                .Select(granted => granted.Profile.Name);
    }

    [Test]
    public void AuthorizeAsync_WhenLedgerCannotBeWritten_RefusesAllTheSame(CancellationToken cancellationToken)
    {
        _fixture.Store.Fails = true;

        Assert.That(
            () => _fixture.Guard.AuthorizeAsync(Caller("main", "release-signer"), new BuildFacts("x"), "release", cancellationToken),
            Throws.TypeOf<SigningException>().With.Property(nameof(SigningException.Reason)).EqualTo(ErrorReason.NotGranted));
    }

    private static CallerIdentity Caller(string controller, string credential) =>
        new(controller, credential, AccessFixture.RemoteAddress);

    private async Task<SigningException> RefusedAsync(AccessAttempt attempt, CancellationToken cancellationToken)
    {
        try
        {
            var caller = await _fixture.Guard.AuthenticateAsync(attempt, cancellationToken);
            throw new AssertionException($"let through: {caller}");
        }
        catch (SigningException exception)
        {
            Assert.That(exception.Message, Does.Not.Contain(AccessFixture.Secret));
            return exception;
        }
    }

    private IReadOnlyDictionary<string, object?> AssertRecord(string kind, string actor)
    {
        var record = _fixture.Store.Records.Single();
        Assert.That(record.Kind, Is.EqualTo(LedgerKinds.AccessRefused));
        Assert.That((record.Fields["refusal"], record.Actor), Is.EqualTo(((object)kind, actor)));
        return record.Fields;
    }
}
