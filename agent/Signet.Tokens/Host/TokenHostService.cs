using Grpc.Core;
using Microsoft.Extensions.Logging;
using Signet.Protocol.Errors;
using Signet.Protocol.Local;
using Signet.Protocol.V1;
using Signet.Tokens.Quorum;

namespace Signet.Tokens.Host;

/// <summary>The service that a token host serves on its socket.</summary>
/// <remarks>Safe for use by several threads at once.</remarks>
internal sealed class TokenHostService(
    IHostedToken token, QuorumKeeper quorum, TokenFeed feed, TokenHostAccess access, TokenHostRefusals refusals,
    TimeProvider time, ILogger<TokenHostService> logger)
    : TokenHost.TokenHostBase
{
    /// <inheritdoc/>
    public override Task<UnlockResponse> Unlock(UnlockRequest request, ServerCallContext context) => ServeAsync(async () =>
    {
        try
        {
            var caller = DemandOperator(context, "unlock");
            DemandRecorded();
            await token.UnlockAsync(AttemptOf(request, caller));
            return new UnlockResponse { Status = feed.Current };
        }
        finally
        {
            Secret.Zero(request.Pin);
        }
    });

    /// <inheritdoc/>
    public override Task<GiveKeyPinResponse> GiveKeyPin(GiveKeyPinRequest request, ServerCallContext context) => ServeAsync(() =>
    {
        try
        {
            var caller = DemandOperator(context, "give a PIN for");
            DemandRecorded();
            if (request.Pin.Length == 0)
            {
                throw new SigningException(ErrorReason.InvalidRequest, "No PIN was typed.");
            }

            token.GiveKeyPin(caller.Account, request, Secret.TakeFrom(request.Pin));
            return Task.FromResult(new GiveKeyPinResponse());
        }
        finally
        {
            Secret.Zero(request.Pin);
        }
    });

    /// <inheritdoc/>
    public override Task<EnrollOperatorResponse> EnrollOperator(EnrollOperatorRequest request, ServerCallContext context) =>
        ServeAsync(async () =>
        {
            var caller = DemandOperator(context, "enroll for");
            var challenge = await quorum.EnrollAsync(caller.Account, request);
            return new EnrollOperatorResponse { Challenge = Google.Protobuf.ByteString.CopyFrom(challenge) };
        });

    /// <inheritdoc/>
    public override Task<CreateQuorumResponse> CreateQuorum(CreateQuorumRequest request, ServerCallContext context) =>
        ServeAsync(async () =>
        {
            try
            {
                var caller = DemandOperator(context, "make a quorum for");
                if (request.CheckOnly)
                {
                    await quorum.CheckCreateAsync(request);
                    return new CreateQuorumResponse();
                }

                if (request.Pin.Length == 0)
                {
                    throw new SigningException(ErrorReason.InvalidRequest, "No PIN was typed; nothing was tried.");
                }

                using var pin = Secret.TakeFrom(request.Pin);
                var made = await quorum.CreateAsync(
                    new UnlockAttempt(caller.Account, pin, request.AcceptFinalTry), request.Threshold, request.Operators, request.Force);
                return new CreateQuorumResponse { Quorum = QuorumViews.ToMessage(made, interrupted: false) };
            }
            finally
            {
                Secret.Zero(request.Pin);
            }
        });

    /// <inheritdoc/>
    public override Task<GetQuorumResponse> GetQuorum(GetQuorumRequest request, ServerCallContext context) => ServeAsync(async () =>
    {
        var caller = DemandOperator(context, "see the quorum of");
        var (current, interrupted, enrolled) = await quorum.ReadAsync();
        return QuorumViews.ToMessage(caller.Account, current, interrupted, enrolled);
    });

    /// <inheritdoc/>
    public override Task<GiveShareResponse> GiveShare(GiveShareRequest request, ServerCallContext context) => ServeAsync(async () =>
    {
        try
        {
            var caller = DemandOperator(context, "give a share for");
            var (accounts, needed, done) = await quorum.GiveAsync(caller.Account, request);
            return new GiveShareResponse { Status = feed.Current, Operators = { accounts }, Needed = needed, Done = done };
        }
        finally
        {
            foreach (var share in request.Shares)
            {
                Secret.Zero(share.Share);
            }
        }
    });

    /// <inheritdoc/>
    public override Task<LockResponse> Lock(LockRequest request, ServerCallContext context) => ServeAsync(async () =>
    {
        var caller = Demand(context, access.IsLocker, "lock");
        var fromAgent = access.IsAgent(caller);
        await quorum.ForgetAsync();
        await token.LockAsync(
            fromAgent && request.Account.Length > 0 ? request.Account : caller.Account, string.Empty,
            byOperator: request.ByOperator || !fromAgent);
        return new LockResponse { Status = feed.Current };
    });

    /// <inheritdoc/>
    public override Task Sign(
        IAsyncStreamReader<SignRequest> requestStream, IServerStreamWriter<SignResponse> responseStream, ServerCallContext context) =>
        ServeAsync(async () =>
        {
            access.DemandAgent(PeerIdentity.Of(context));
            using var answers = new SignatureAnswers(token, responseStream, time, logger);
            await answers.ServeAsync(requestStream, context.CancellationToken);
            return true;
        });

    /// <inheritdoc/>
    public override Task<DescribeKeysResponse> DescribeKeys(DescribeKeysRequest request, ServerCallContext context) =>
        ServeAsync(() =>
        {
            access.DemandAgent(PeerIdentity.Of(context));
            return Task.FromResult(new DescribeKeysResponse { Keys = { token.Keys } });
        });

    /// <inheritdoc/>
    public override Task<HealthResponse> Health(HealthRequest request, ServerCallContext context) => ServeAsync(() =>
    {
        Demand(context, access.IsReader, "look at");
        var status = feed.Current;
        status.Starting |= !feed.IsWatched;
        return Task.FromResult(new HealthResponse { Status = status });
    });

    /// <inheritdoc/>
    public override Task Watch(
        WatchTokenRequest request, IServerStreamWriter<WatchTokenResponse> responseStream, ServerCallContext context) =>
        ServeAsync(async () =>
        {
            access.DemandAgent(PeerIdentity.Of(context));
            await foreach (var message in feed.WatchAsync(context.CancellationToken))
            {
                await responseStream.WriteAsync(message, context.CancellationToken);
            }

            return true;
        });

    private static UnlockAttempt AttemptOf(UnlockRequest request, PeerIdentity caller) => request.SecretCase switch
    {
        UnlockRequest.SecretOneofCase.Pin when request.Pin.Length > 0 => new UnlockAttempt(
            caller.Account, Secret.TakeFrom(request.Pin), request.AcceptFinalTry),
        UnlockRequest.SecretOneofCase.PinPad when request.PinPad => new UnlockAttempt(
            caller.Account, Secret: null, request.AcceptFinalTry),
        UnlockRequest.SecretOneofCase.NoPin when request.NoPin => new UnlockAttempt(
            caller.Account, Secret: null, AcceptFinalTry: false, WithoutPin: true),

        // Some tokens count an empty PIN as a wrong one, and some modules take it for the pad.
        _ => throw new SigningException(ErrorReason.InvalidRequest, "No PIN was typed; no login was tried."),
    };

    private PeerIdentity DemandOperator(ServerCallContext context, string what) => Demand(context, access.IsOperator, what);

    private PeerIdentity Demand(ServerCallContext context, Func<PeerIdentity, bool> may, string what)
    {
        var caller = PeerIdentity.Of(context);
        if (!may(caller))
        {
            refusals.Note(caller, what);
            throw access.Refusal(caller, what);
        }

        return caller;
    }

    private void DemandRecorded()
    {
        if (!feed.IsWatched)
        {
            throw new SigningException(
                ErrorReason.TokenFailed,
                "The agent does not follow this token, so nothing could be recorded. Wait a moment, or start the agent.");
        }
    }

    private async Task<T> ServeAsync<T>(Func<Task<T>> serve)
    {
        try
        {
            return await serve();
        }
        catch (SigningException exception)
        {
            throw ErrorStatus.ToRpcException(exception);
        }
        catch (OperationCanceledException)
        {
            throw new RpcException(new Status(StatusCode.Cancelled, "The call was cancelled."));
        }
        catch (Exception exception) when (exception is not RpcException)
        {
            logger.LogError(exception, "A call failed unexpectedly");
            throw ErrorStatus.ToRpcException(TokenMessages.Unexpected());
        }
    }
}
