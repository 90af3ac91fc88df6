using Grpc.Core;
using Signet.Agent.Access;
using Signet.Agent.Configuration;
using Signet.Agent.FileSigning;
using Signet.Agent.Keys;
using Signet.Agent.Requests;
using Signet.Agent.Storage;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;

namespace Signet.Agent.Services;

/// <summary>
/// What controllers call. Every call comes with an identity that <see cref="ControllerGate"/> has established; what is
/// refused here is in the ledger before the caller learns of it.
/// </summary>
internal sealed class SigningService(
    ConfigurationHolder configuration,
    AccessGuard guard,
    RefusalRecorder refusals,
    RequestLifecycle lifecycle,
    RequestChanges changes,
    FileSigner signer,
    KeyRing keys,
    InFlight inFlight,
    IAgentStore store,
    Stopping stopping) : Signing.SigningBase
{
    private const int MaxCommentChars = 1000;

    /// <inheritdoc/>
    public override Task<CheckAccessResponse> CheckAccess(CheckAccessRequest request, ServerCallContext context) =>
        GuardedAsync(context, new RefusedCall(request.JobFullName), caller =>
        {
            var current = configuration.Current;
            var response = new CheckAccessResponse { AgentVersion = AgentVersion.Text };
            response.Profiles.AddRange(guard.FindProfiles(caller, request.JobFullName)
                .Order(StringComparer.Ordinal)
                .Select(name => current.Profiles.Single(profile => profile.Name == name))
                .Select(profile => ProfileViews.ToAccess(profile, keys.Problem(profile))));
            return Task.FromResult(response);
        });

    /// <inheritdoc/>
    public override Task<CreateRequestResponse> CreateRequest(CreateRequestRequest request, ServerCallContext context)
    {
        var call = new RefusedCall(request.Build?.JobFullName, request.Profile, request.RequestId);
        return GuardedAsync(context, call, async caller =>
        {
            using var running = inFlight.Enter();
            guard.Authorize(caller, request.Build?.JobFullName ?? string.Empty, request.Profile);
            RequestChecks.CheckShape(request);
            var profile = ProfileOf(request.Profile);
            RequestChecks.CheckLimits(request, profile);
            RefuseLastingProblem(profile);
            var created = await lifecycle.CreateAsync(caller, request, profile, context.CancellationToken);
            return new CreateRequestResponse { Request = created };
        });
    }

    /// <inheritdoc/>
    public override async Task WatchRequest(
        WatchRequestRequest request, IServerStreamWriter<WatchRequestResponse> responseStream, ServerCallContext context)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, stopping.Token);
        await GuardedAsync(context, new RefusedCall(RequestId: request.RequestId), async caller =>
        {
            try
            {
                await WatchAsync(caller, request.RequestId, responseStream, ending.Token);
                return true;
            }
            catch (OperationCanceledException) when (stopping.Token.IsCancellationRequested)
            {
                throw new SigningException(
                    ErrorReason.ShuttingDown, "The agent is stopping. Watch the request again when it is back.");
            }
        });
    }

    /// <inheritdoc/>
    public override async Task SignFile(
        IAsyncStreamReader<SignFileRequest> requestStream, IServerStreamWriter<SignFileResponse> responseStream,
        ServerCallContext context)
    {
        var cancellationToken = context.CancellationToken;
        var header = await requestStream.MoveNext(cancellationToken) ? requestStream.Current.Header : null;
        var call = new RefusedCall(RequestId: header?.RequestId, FileName: header?.FileName);
        await GuardedAsync(context, call, async caller =>
        {
            if (header is null)
            {
                throw new SigningException(ErrorReason.InvalidRequest, "The first message of SignFile must be a header.");
            }

            var request = await lifecycle.FindAsync(caller, header.RequestId, cancellationToken);

            // The grant may have been taken back since the request was opened.
            guard.Authorize(caller, request.Build.JobFullName, request.Profile);
            var upload = new GrpcUpload(requestStream, responseStream);
            var answer = await signer.SignAsync(
                request, ProfileOf(request.Profile), header.FileName, upload, cancellationToken);
            foreach (var edit in answer.Edits)
            {
                await responseStream.WriteAsync(new SignFileResponse { Edit = edit }, cancellationToken);
            }

            await responseStream.WriteAsync(new SignFileResponse { Result = answer.File }, cancellationToken);
            return true;
        });
    }

    /// <inheritdoc/>
    public override Task<CancelRequestResponse> CancelRequest(CancelRequestRequest request, ServerCallContext context) =>
        GuardedAsync(context, new RefusedCall(RequestId: request.RequestId), async caller =>
        {
            if (request.Comment.Length > MaxCommentChars)
            {
                throw new SigningException(
                    ErrorReason.InvalidRequest, $"comment has more than {MaxCommentChars} characters.");
            }

            var found = await lifecycle.FindAsync(caller, request.RequestId, context.CancellationToken);
            var ended = await lifecycle.CancelAsync(found, request.Comment, context.CancellationToken);
            return new CancelRequestResponse { Request = ended };
        });

    private async Task WatchAsync(
        CallerIdentity caller, string requestId, IServerStreamWriter<WatchRequestResponse> responses,
        CancellationToken cancellationToken)
    {
        using var subscription = changes.Subscribe(requestId);
        while (true)
        {
            var changed = subscription.NextChange;
            var request = await lifecycle.FindAsync(caller, requestId, cancellationToken);
            var message = await store.ReadAsync(
                reader => RequestViews.ToMessage(reader, request), cancellationToken);
            await responses.WriteAsync(new WatchRequestResponse { Request = message }, cancellationToken);
            if (!RequestLifecycle.IsActive(request.State))
            {
                return;
            }

            await changed.WaitAsync(cancellationToken);
        }
    }

    private async Task<T> GuardedAsync<T>(
        ServerCallContext context, RefusedCall call, Func<CallerIdentity, Task<T>> work)
    {
        var caller = ControllerGate.CallerOf(context);
        try
        {
            return await work(caller);
        }
        catch (SigningException refusal) when (!RecordedElsewhere(refusal, call))
        {
            await refusals.RecordAsync(caller, call, refusal, CancellationToken.None);
            throw;
        }
    }

    // What fails while a file of a known request is signed has a record of its own (FileSigner); without a ledger there is
    // nowhere to record to; and stopping is no refusal.
    private static bool RecordedElsewhere(SigningException refusal, RefusedCall call) =>
        refusal.Reason is ErrorReason.LedgerUnavailable or ErrorReason.ShuttingDown
            || (call.FileName is not null && refusal.Reason is not (ErrorReason.InvalidRequest
                or ErrorReason.UnknownRequest or ErrorReason.NotGranted));

    private ProfileConfiguration ProfileOf(string name) =>
        configuration.Current.Profiles.Single(profile => profile.Name == name);

    // A locked token is unlocked sooner or later; what no unlock can mend is said before anything is uploaded.
    private void RefuseLastingProblem(ProfileConfiguration profile)
    {
        if (keys.Problem(profile) is
            { Reason: ErrorReason.CertificateInvalid or ErrorReason.HardwareRequired } problem)
        {
            throw problem;
        }
    }
}
