using System.Collections.Concurrent;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;

namespace Signet.Tokens.Host;

/// <summary>Answers one stream of digests: each as soon as the token has signed it, whatever the order.</summary>
/// <remarks>For one call of <see cref="ServeAsync"/>.</remarks>
internal sealed class SignatureAnswers(
    IHostedToken token, IServerStreamWriter<SignResponse> answers, TimeProvider time, ILogger logger)
    : IDisposable
{
    private readonly ConcurrentDictionary<long, CancellationTokenSource> _running = new();
    private readonly SemaphoreSlim _writing = new(1);
    private readonly SigningProgress _progress = new(time);

    /// <summary>Serves until the agent closes the stream or it breaks; what has not begun then is not signed any more.</summary>
    /// <exception cref="RpcException">Two digests have the same number.</exception>
    public async Task ServeAsync(IAsyncStreamReader<SignRequest> requests, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var request in requests.ReadAllAsync(cancellationToken))
            {
                if (request.Cancelled)
                {
                    Cancel(request.Number);
                }
                else
                {
                    Begin(request);
                }
            }
        }
        finally
        {
            foreach (var number in _running.Keys)
            {
                Cancel(number);
            }

            // The stream is written to until the last one has ended.
            await _progress.WhenIdle;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _writing.Dispose();

    private void Begin(SignRequest request)
    {
        var cancelling = new CancellationTokenSource();
        if (!_running.TryAdd(request.Number, cancelling))
        {
            cancelling.Dispose();
            throw new RpcException(new Status(StatusCode.InvalidArgument, "Two digests have the same number."));
        }

        _ = AnswerAsync(request, cancelling.Token);
    }

    private void Cancel(long number)
    {
        if (_running.TryRemove(number, out var cancelling))
        {
            cancelling.Cancel();
        }
    }

    private async Task AnswerAsync(SignRequest request, CancellationToken cancellationToken)
    {
        using var running = _progress.Begin();
        try
        {
            if (await SignAsync(request, cancellationToken) is { } answer)
            {
                answer.Number = request.Number;
                await WriteAsync(answer);
            }
        }
        catch (Exception exception) when (exception is InvalidOperationException or OperationCanceledException or IOException or RpcException)
        {
            logger.LogDebug(exception, "The answer for request {Request} was not taken any more", request.RequestId);
        }
        finally
        {
            if (_running.TryRemove(request.Number, out var cancelling))
            {
                cancelling.Dispose();
            }
        }
    }

    /// <summary>The answer without its number; null where nobody waits for it any more.</summary>
    private async Task<SignResponse?> SignAsync(SignRequest request, CancellationToken cancellationToken)
    {
        try
        {
            var signature = await token.SignAsync(
                request.Key, request.Digest.Memory, request.Mechanism, request.RequestId, cancellationToken);
            logger.LogDebug("Signed with key {Key} for request {Request}", request.Key, request.RequestId);
            return new SignResponse { Signature = UnsafeByteOperations.UnsafeWrap(signature) };
        }
        catch (SigningException exception)
        {
            return new SignResponse { Failure = SignFailures.From(exception) };
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return null;
        }
#pragma warning disable CA1031 // Whatever it is: the one that waits has to be told, and the others go on.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            logger.LogError(exception, "A signature failed unexpectedly");
            return new SignResponse { Failure = SignFailures.From(TokenMessages.Unexpected()) };
        }
    }

    private async Task WriteAsync(SignResponse answer)
    {
        await _writing.WaitAsync();
        try
        {
            await answers.WriteAsync(answer);
        }
        finally
        {
            _writing.Release();
        }
    }
}
