using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Signet.Agent.Configuration;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;

namespace Signet.Agent.Access;

/// <summary>
/// Decides who calls and what that caller may do. Every refusal is in the ledger before it is answered; the caller is told
/// no more than it needs, and the ledger tells all.
/// </summary>
/// <param name="configuration">The configuration in use.</param>
/// <param name="verifier">Checks credentials.</param>
/// <param name="recorder">Records refusals.</param>
/// <param name="time">The clock.</param>
/// <remarks>
/// Safe for several threads at once. The TLS layer must let callers with any certificate, or none, come as far as
/// <see cref="AdmitConnectionAsync"/>: a refusal in the handshake would leave no record.
/// </remarks>
internal sealed class AccessGuard(
    ConfigurationHolder configuration, CredentialVerifier verifier, RefusalRecorder recorder, TimeProvider time)
{
    /// <summary>One text for an unknown credential and a wrong secret: nobody learns which names exist.</summary>
    private const string CredentialRefused =
        "The credential was not accepted: name or secret is wrong. Check the credential that the job uses, or ask the "
        + "operators of the signing node for a new one.";

    private volatile AccessRules? _rules;

    /// <summary>Authenticates a caller of whose call nothing else is known.</summary>
    /// <inheritdoc cref="AuthenticateAsync(AccessAttempt, CancellationToken)"/>
    public Task<CallerIdentity> AuthenticateAsync(
        X509Certificate2? clientCertificate, string? authorization, string remoteAddress, CancellationToken cancellationToken) =>
        AuthenticateAsync(new AccessAttempt(clientCertificate, authorization, remoteAddress), cancellationToken);

    /// <summary>Authenticates a caller by client certificate and credential.</summary>
    /// <exception cref="SigningException">
    /// UNAUTHENTICATED, or RATE_LIMITED where too many checks are waiting. Recorded. The inner exception has the true
    /// reason, for the log alone.
    /// </exception>
    public Task<CallerIdentity> AuthenticateAsync(AccessAttempt attempt, CancellationToken cancellationToken) =>
        RecordedAsync(attempt, () => AuthenticateAsync(Rules(), attempt, cancellationToken), cancellationToken);

    /// <summary>Authenticates a controller by its client certificate alone, for a call that no job makes.</summary>
    /// <exception cref="SigningException">UNAUTHENTICATED. Recorded.</exception>
    public Task AuthenticateControllerAsync(AccessAttempt attempt, CancellationToken cancellationToken) => RecordedAsync(
        attempt,
        () => Task.FromResult(Rules().Controllers.Authenticate(PresentedCertificate.Of(attempt.ClientCertificate), time.GetUtcNow())),
        cancellationToken);

    /// <summary>
    /// Decides right after the TLS handshake whether a connection goes on: nobody without a pinned certificate reaches more of
    /// the agent. One that is pinned and not good for another reason goes on to be told so when it calls.
    /// </summary>
    /// <exception cref="SigningException">UNAUTHENTICATED. Recorded.</exception>
    public Task AdmitConnectionAsync(
        X509Certificate2? clientCertificate, string remoteAddress, CancellationToken cancellationToken) => RecordedAsync(
        new AccessAttempt(clientCertificate, Authorization: null, remoteAddress),
        () =>
        {
            try
            {
                Rules().Controllers.Authenticate(PresentedCertificate.Of(clientCertificate), time.GetUtcNow());
            }
            catch (AccessRefusedException exception) when (exception.Controller is not null)
            {
                // Pinned: its calls are refused with the reason.
            }

            return Task.FromResult(true);
        },
        cancellationToken);

    /// <summary>Decides whether a caller's build may use a profile.</summary>
    /// <returns>The profile.</returns>
    /// <exception cref="SigningException">
    /// NOT_GRANTED, with the same text for a profile that does not exist, one that is not granted, and a job's name that
    /// could be taken for another one. A build that does not meet what the grant to its job demands is told which of its
    /// facts is in the way, and not what would do. Recorded.
    /// </exception>
    public async Task<ProfileConfiguration> AuthorizeAsync(
        CallerIdentity caller, BuildFacts build, string profile, CancellationToken cancellationToken)
    {
        var decision = Decide(Rules(), caller, build, profile);
        if (decision.Refused is { Lost: { } refusal })
        {
            await recorder.RecordAsync(refusal, cancellationToken).ConfigureAwait(false);
            throw new SigningException(refusal.Reason, decision.Refused.OutwardDetail);
        }

        return decision.Require();
    }

    /// <summary>
    /// Decides in memory whether a caller that was authenticated before may still use a profile for its build: certificate,
    /// credential and grant as they are now. Records nothing.
    /// </summary>
    public AccessDecision Decide(CallerIdentity caller, BuildFacts build, string profile)
    {
        var rules = Rules();
        return FindLoss(rules, caller) is { } lost
            ? new AccessDecision(rules.Configuration, null, lost)
            : Decide(rules, caller, build, profile);
    }

    /// <summary>Throws unless a caller that was authenticated before would be again.</summary>
    /// <exception cref="SigningException">UNAUTHENTICATED or UNKNOWN_REQUEST. Not recorded; the inner exception has the refusal.</exception>
    public void RequireIdentity(CallerIdentity caller)
    {
        if (FindLoss(Rules(), caller) is { } lost)
        {
            throw new SigningException(lost.Reason, lost.OutwardDetail, innerException: lost);
        }
    }

    /// <summary>
    /// The profiles that a caller's job may use, and what about its build their grants demand; none where it has no grant.
    /// A job's name that could be taken for another one has none, and is recorded.
    /// </summary>
    public async Task<IReadOnlyList<GrantedProfile>> FindProfilesAsync(
        CallerIdentity caller, string job, CancellationToken cancellationToken)
    {
        if (JobName.FindProblem(job) is { } problem)
        {
            var refusal = Refuse(caller, RefusalKind.ImproperJobName, job) with { Detail = problem };
            await recorder.RecordAsync(refusal, cancellationToken).ConfigureAwait(false);
            return [];
        }

        var rules = Rules();
        return [.. rules.Grants.FindProfiles(caller.Controller, job, caller.Credential)
            .Select(pair => rules.FindProfile(pair.Profile) is { } profile ? new GrantedProfile(profile, pair.Demanded) : null)
            .OfType<GrantedProfile>()];
    }

    private async Task<T> RecordedAsync<T>(
        AccessAttempt attempt, Func<Task<T>> authenticate, CancellationToken cancellationToken)
    {
        try
        {
            return await authenticate().ConfigureAwait(false);
        }
        catch (AccessRefusedException exception)
        {
            var refusal = new Refusal(exception.Kind, exception.Reason, attempt.RemoteAddress)
            {
                Controller = exception.Controller,
                CertificateSha256 = attempt.ClientCertificate?.GetCertHash(HashAlgorithmName.SHA256),
                Credential = exception.Credential,
                Job = attempt.Job,
                Profile = attempt.Profile,
            };
            await recorder.RecordAsync(refusal, cancellationToken).ConfigureAwait(false);
            throw new SigningException(exception.Reason, exception.OutwardDetail, innerException: exception);
        }
    }

    private async Task<CallerIdentity> AuthenticateAsync(
        AccessRules rules, AccessAttempt attempt, CancellationToken cancellationToken)
    {
        var certificate = PresentedCertificate.Of(attempt.ClientCertificate);
        var controller = rules.Controllers.Authenticate(certificate, time.GetUtcNow()).Name;
        if (!BasicCredential.TryParse(attempt.Authorization, out var credential))
        {
            var kind = attempt.Authorization is null ? RefusalKind.NoCredential : RefusalKind.MalformedCredential;
            throw new AccessRefusedException(
                kind, ErrorReason.Unauthenticated, "The call has no credential in the form that RFC 7617 gives (Basic).")
            { Controller = controller };
        }

        return await verifier.VerifyAsync(rules, controller, credential, cancellationToken).ConfigureAwait(false) switch
        {
            CredentialCheck.Accepted => new CallerIdentity(controller, credential.Name, attempt.RemoteAddress)
            {
                Proof = new CallerProof(certificate!, rules.FindSecretHash(credential.Name)!),
            },
            CredentialCheck.UnknownCredential => throw Refuse(RefusalKind.UnknownCredential, controller, credential),
            CredentialCheck.WrongSecret => throw Refuse(RefusalKind.WrongSecret, controller, credential),
            _ => throw new AccessRefusedException(
                RefusalKind.TooManyChecks, ErrorReason.RateLimited, "Too many credentials are being checked. Try again later.")
            {
                Controller = controller,
                Credential = credential.Name,
            },
        };
    }

    private static AccessDecision Decide(AccessRules rules, CallerIdentity caller, BuildFacts build, string profile)
    {
        var found = rules.FindProfile(profile);
        var problem = JobName.FindProblem(build.Job);
        var decision = problem is null && found is not null
            ? rules.Grants.Decide(caller.Controller, build, caller.Credential, profile)
            : new GrantDecision(false, []);
        if (found is not null && decision.IsGranted)
        {
            return new AccessDecision(rules.Configuration, found, null);
        }

        var kind = problem is not null ? RefusalKind.ImproperJobName
            : found is null ? RefusalKind.UnknownProfile
            : decision.Unmet.Count > 0 ? RefusalKind.BuildNotGranted : RefusalKind.NotGranted;
        var detail = kind == RefusalKind.BuildNotGranted ? UnmetDemands.Tell(build, decision.Unmet)
            : "This job with this credential may not use this profile. Ask the operators of the signing node for a grant to the "
            + "job's full name.";
        var refusal = Refuse(caller, kind, build.Job) with
        {
            Profile = profile,
            Detail = problem,
            Build = build,
            Demanded = decision.Unmet,
        };
        return new AccessDecision(
            rules.Configuration, null, new AccessRefusedException(kind, ErrorReason.NotGranted, detail) { Lost = refusal });
    }

    private AccessRefusedException? FindLoss(AccessRules rules, CallerIdentity caller)
    {
        try
        {
            // A pin that another controller has now speaks for that one, which has no request of this caller's.
            var controller = rules.Controllers.Authenticate(caller.Proof?.Certificate, time.GetUtcNow());
            if (controller.Name != caller.Controller)
            {
                return Lost(caller, new AccessRefusedException(
                    RefusalKind.UnknownRequest, ErrorReason.UnknownRequest,
                    "The client certificate belongs to another controller now, which has no such request."));
            }
        }
        catch (AccessRefusedException refused)
        {
            return Lost(caller, refused);
        }

        return rules.FindSecretHash(caller.Credential) is { } hash
            ? hash == caller.Proof!.SecretHash ? null : Lost(caller, RefusalKind.WrongSecret)
            : Lost(caller, RefusalKind.UnknownCredential);
    }

    private static AccessRefusedException Lost(CallerIdentity caller, RefusalKind kind) =>
        Lost(caller, new AccessRefusedException(kind, ErrorReason.Unauthenticated, CredentialRefused));

    private static AccessRefusedException Lost(CallerIdentity caller, AccessRefusedException refused) =>
        new(refused.Kind, refused.Reason, refused.OutwardDetail)
        {
            Lost = new Refusal(refused.Kind, refused.Reason, caller.RemoteAddress)
            {
                Controller = caller.Controller,
                Credential = caller.Credential,
                CertificateSha256 = caller.Proof is { } proof ? Convert.FromHexString(proof.Certificate.Pin) : null,
            },
        };

    private static AccessRefusedException Refuse(RefusalKind kind, string controller, BasicCredential credential) =>
        new(kind, ErrorReason.Unauthenticated, CredentialRefused) { Controller = controller, Credential = credential.Name };

    private static Refusal Refuse(CallerIdentity caller, RefusalKind kind, string job) =>
        new(kind, ErrorReason.NotGranted, caller.RemoteAddress)
        {
            Controller = caller.Controller,
            Credential = caller.Credential,
            Job = job,
        };

    /// <summary>The rules of the configuration in use, made anew after a reload.</summary>
    private AccessRules Rules()
    {
        var current = configuration.Current;
        var rules = _rules;
        if (rules is null || !ReferenceEquals(rules.Configuration, current))
        {
            // Two callers may both make them; either one serves.
            _rules = rules = new AccessRules(current);
        }

        return rules;
    }
}
