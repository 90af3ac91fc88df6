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

            var request = await lifecycle.FindAsync(caller, header.RequestId, cancellationToken);

            // The grant may have been taken back since the request was opened.
            var profile = await guard.AuthorizeAsync(
                caller, BuildFacts.Of(request.Build), request.Profile, cancellationToken);
            var upload = new GrpcUpload(requestStream, responseStream);
            var answer = await signer.SignAsync(request, profile, header.FileName, upload, cancellationToken);
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
        ServerCallContext context, CallSubject subject, Func<CallerIdentity, Task<T>> work)
    {
        var caller = ControllerGate.CallerOf(context);
        try
        {
            return await work(caller);
        }
        catch (SigningException refusal) when (subject.KindToRecord(refusal.Reason) is { } kind)
        {
            await refusals.RecordAsync(subject.ToRefusal(caller, kind, refusal), CancellationToken.None);
            throw;
        }
    }

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
