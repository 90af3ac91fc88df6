using Grpc.Core;
using Microsoft.Extensions.Logging;
using Signet.Protocol.Errors;
using Signet.Protocol.Local;
using Signet.Protocol.V1;

namespace Signet.Tokens.Host;

/// <summary>The service that a token host serves on its socket.</summary>
/// <remarks>Safe for use by several threads at once.</remarks>
internal sealed class TokenHostService(
    IHostedToken token, TokenFeed feed, TokenHostAccess access, RefusalLimit refusals, ILogger<TokenHostService> logger)
    : TokenHost.TokenHostBase
{
    /// <inheritdoc/>
    public override Task<UnlockResponse> Unlock(UnlockRequest request, ServerCallContext context) => ServeAsync(async () =>
    {
        try
        {
            var caller = PeerIdentity.Of(context);
            if (!access.IsOperator(caller))
            {
                NoteRefusal(caller);
                throw access.Refusal(caller, "unlock");
            }

            if (!feed.IsWatched)
            {
                throw new SigningException(
                    ErrorReason.TokenFailed,
                    "The agent does not follow this token, so an unlock could not be recorded. Wait a moment, or start the agent.");
            }

            await token.UnlockAsync(AttemptOf(request, caller));
            return new UnlockResponse { Status = feed.Current };
        }
        finally
        {
            Secret.Zero(request.Pin);
        }
    });

    /// <inheritdoc/>
    public override Task<LockResponse> Lock(LockRequest request, ServerCallContext context) => ServeAsync(async () =>
    {
        var caller = PeerIdentity.Of(context);
        access.DemandLocker(caller);
        await token.LockAsync(caller.Account, string.Empty);
        return new LockResponse { Status = feed.Current };
    });

    /// <inheritdoc/>
    public override Task<SignResponse> Sign(SignRequest request, ServerCallContext context) => ServeAsync(async () =>
    {
        access.DemandAgent(PeerIdentity.Of(context));
        var signature = await token.SignAsync(
            request.KeyLabel, request.Digest.Memory, request.Mechanism, context.CancellationToken);
        logger.LogDebug("Signed with key {Key} for request {Request}", request.KeyLabel, request.RequestId);
        return new SignResponse { Signature = Google.Protobuf.UnsafeByteOperations.UnsafeWrap(signature) };
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
        access.DemandReader(PeerIdentity.Of(context));
        return Task.FromResult(new HealthResponse { Status = feed.Current });
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

        // Some tokens count an empty PIN as a wrong one, and some modules take it for the pad.
        _ => throw new SigningException(ErrorReason.InvalidRequest, "No PIN was typed; no login was tried."),
    };

    private void NoteRefusal(PeerIdentity caller)
    {
        logger.LogWarning(
            "Refused an unlock by account {Account}, process {Process}, which is no operator", caller.Account, caller.ProcessId);
        if (refusals.TryTake(out var suppressed))
        {
            feed.Note(
                TokenEventKind.UnlockRefused,
                caller.Account,
                suppressed == 0 ? "The account is no operator." : $"The account is no operator. {suppressed} refusals before it were not recorded one by one.");
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
            throw ErrorStatus.ToRpcException(new SigningException(
                ErrorReason.Internal, "The token host failed; its log says why."));
        }
    }
}
