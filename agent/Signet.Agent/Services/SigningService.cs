using Grpc.Core;
using Signet.Agent.Access;
using Signet.Agent.Configuration;
using Signet.Agent.FileSigning;
using Signet.Agent.Keys;
using Signet.Agent.Requests;
using Signet.Agent.Rights;
using Signet.Agent.Storage;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;

namespace Signet.Agent.Services;

/// <summary>
/// What controllers call. Every call comes with an identity that <see cref="ControllerGate"/> has established; what is
/// refused here is in the ledger before the caller learns of it.
/// </summary>
internal sealed class SigningService(
    AccessGuard guard,
    RefusalRecorder refusals,
    RequestLifecycle lifecycle,
    RequestChanges changes,
    FileSigner signer,
    KeyRing keys,
    SigningRights rights,
    OpenCalls openCalls,
    ConfigurationHolder configuration,
    TimeProvider time,
    InFlight inFlight,
    IAgentStore store,
    Stopping stopping) : Signing.SigningBase
{
    private const int MaxCommentChars = 1000;
    private const int MaxFileNameChars = 1024;
    private const int MaxBytesHeldBack = 64 << 10;

    /// <inheritdoc/>
    public override Task<CheckAccessResponse> CheckAccess(CheckAccessRequest request, ServerCallContext context) =>
        GuardedAsync(context, new CallSubject { Job = request.JobFullName }, async caller =>
        {
            var profiles = await guard.FindProfilesAsync(caller, request.JobFullName, context.CancellationToken);
            var response = new CheckAccessResponse { AgentVersion = AgentVersion.Text };
            response.Profiles.AddRange(profiles
                .OrderBy(granted => granted.Profile.Name, StringComparer.Ordinal)
                .Select(granted => ProfileViews.ToAccess(granted, keys.Problem(granted.Profile))));
            return response;
        });

    /// <inheritdoc/>
    public override Task<CreateRequestResponse> CreateRequest(CreateRequestRequest request, ServerCallContext context)
    {
        var call = new CallSubject
        {
            Job = request.Build?.JobFullName,
            Profile = request.Profile,
            RequestId = request.RequestId,
        };
        return GuardedAsync(context, call, async caller =>
        {
            using var running = inFlight.Enter();
            var profile = await guard.AuthorizeAsync(
                caller, BuildFacts.Of(request.Build), request.Profile, context.CancellationToken);
            RequestChecks.CheckShape(request);
            RequestChecks.CheckLimits(request, profile);
            RequestChecks.CheckFormat(request, profile);
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
        await GuardedAsync(context, new CallSubject { RequestId = request.RequestId }, async caller =>
        {
            using var call = openCalls.Enter(caller, request.RequestId, ending.Token);
            try
            {
                await WatchAsync(call, responseStream);
                return true;
            }
            catch (OperationCanceledException) when (call.Lost is { } lost)
            {
                throw lost;
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
        var header = await ReadHeaderAsync(requestStream, cancellationToken);
        var call = new CallSubject { RequestId = header?.RequestId, FileName = header?.FileName };
        await GuardedAsync(context, call, async caller =>
        {
            if (header is null)
            {
                throw new SigningException(ErrorReason.InvalidRequest, "The first message of SignFile must be a header.");
            }

            // No manifest has a longer one, and it would be written wherever the failure is.
            if (header.FileName.Length > MaxFileNameChars)
            {
                throw new SigningException(ErrorReason.InvalidRequest, $"file_name has more than {MaxFileNameChars} characters.");
            }

            using var open = openCalls.Enter(caller, header.RequestId, cancellationToken);
            open.Request = await lifecycle.FindAsync(caller, header.RequestId, cancellationToken);

            // The grant may have been taken back since the request was opened.
            var profile = rights.RequireAccess(caller, open.Request);
            var upload = new GrpcUpload(requestStream, responseStream);
            var answer = await signer.SignAsync(open, profile, header.FileName, upload, cancellationToken);
            await AnswerAsync(responseStream, answer, cancellationToken);
            return true;
        });
    }

    /// <inheritdoc/>
    public override Task<CancelRequestResponse> CancelRequest(CancelRequestRequest request, ServerCallContext context) =>
        GuardedAsync(context, new CallSubject { RequestId = request.RequestId }, async caller =>
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

    private static async Task AnswerAsync(
        IServerStreamWriter<SignFileResponse> responses, SigningAnswer answer, CancellationToken cancellationToken)
    {
        // Sent together with the result where they are small: each message on its own wakes the client.
        var together = answer.Edits.Sum(edit => (long)edit.CalculateSize()) <= MaxBytesHeldBack;
        responses.WriteOptions = new WriteOptions(together ? WriteFlags.BufferHint : 0);
        foreach (var edit in answer.Edits)
        {
            await responses.WriteAsync(new SignFileResponse { Edit = edit }, cancellationToken);
        }

        responses.WriteOptions = WriteOptions.Default;
        await responses.WriteAsync(new SignFileResponse { Result = answer.File }, cancellationToken);
    }

    private async Task WatchAsync(OpenCall call, IServerStreamWriter<WatchRequestResponse> responses)
    {
        using var subscription = changes.Subscribe(call.RequestId);
        while (true)
        {
            var changed = subscription.NextChange;
            var request = await lifecycle.FindAsync(call.Caller, call.RequestId, call.Token);
            rights.RequireAccess(call.Caller, request);
            call.Request = request;
            call.Watch(current => rights.RequireAccess(call.Caller, current));
            var message = await store.ReadAsync(
                reader => RequestViews.ToMessage(reader, request), call.Token);
            await responses.WriteAsync(new WatchRequestResponse { Request = message }, call.Token);
            if (!RequestLifecycle.IsActive(request.State))
            {
                return;
            }

            await changed.WaitAsync(call.Token);
        }
    }

    // Who opens an upload and sends nothing has no request yet whose limits could end it.
    private async Task<SignFileHeader?> ReadHeaderAsync(
        IAsyncStreamReader<SignFileRequest> requests, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(configuration.Current.Uploads.Measured, time);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            return await requests.MoveNext(ending.Token) ? requests.Current.Header : null;
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    private async Task<T> GuardedAsync<T>(
        ServerCallContext context, CallSubject subject, Func<CallerIdentity, Task<T>> work)
    {
        var caller = ControllerGate.CallerOf(context);
        try
        {
            // The message may have taken its time behind the headers that were judged.
            guard.RequireIdentity(caller);
            return await work(caller);
        }
        catch (SigningException refusal) when (subject.FindRefusal(caller, refusal) is { } record)
        {
            await refusals.RecordAsync(record, CancellationToken.None);
            throw;
        }
    }

    // A locked token is unlocked sooner or later; what no unlock can mend is said before anything is uploaded.
    private void RefuseLastingProblem(ProfileConfiguration profile)
    {
        if (keys.Problem(profile) is
            { Reason: ErrorReason.CertificateInvalid or ErrorReason.HardwareRequired or ErrorReason.KeyUnusable } problem)
        {
            throw problem;
        }
    }
}
