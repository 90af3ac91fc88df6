using System.Collections.Concurrent;
using Grpc.Core;
using Signet.Protocol.V1;

namespace Signet.Tokens.Supervision;

/// <summary>
/// Carries digests to a token host and signatures back, many at a time over one call: a call of its own for each signature
/// costs both sides a tenth of what the signature does.
/// </summary>
/// <remarks>Safe for use by several threads at once.</remarks>
internal sealed class SignatureStream : IDisposable
{
    private readonly AsyncDuplexStreamingCall<SignRequest, SignResponse> _call;
    private readonly ConcurrentDictionary<long, TaskCompletionSource<byte[]>> _waiting = new();
    private readonly SemaphoreSlim _writing = new(1);
    private volatile RpcException? _end;
    private long _lastNumber;

    /// <summary>Opens the stream.</summary>
    public SignatureStream(TokenHost.TokenHostClient host)
    {
        _call = host.Sign();
        _ = Task.Run(ReadAsync);
    }

    /// <summary>Whether it is over: no signature comes from it any more.</summary>
    public bool HasEnded => _end is not null;

    /// <summary>Signs a digest.</summary>
    /// <param name="request">What to sign; it gets a number here.</param>
    /// <param name="cancellationToken">Takes it out of the host's queue while it has not begun.</param>
    /// <exception cref="Signet.Protocol.Errors.SigningException">The host said why there is no signature.</exception>
    /// <exception cref="RpcException">The stream ended before there was an answer.</exception>
    public async Task<byte[]> SignAsync(SignRequest request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var number = Interlocked.Increment(ref _lastNumber);
        request.Number = number;
        var answer = new TaskCompletionSource<byte[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting[number] = answer;
        if (_end is { } end)
        {
            // Whoever ended it may have looked before this one was among those that wait.
            _waiting.TryRemove(number, out _);
            throw end;
        }

        // Not waited for: a host that stands still takes nothing in, and the answer can be cancelled all the same. Its end is
        // written behind it.
        _ = WriteAsync(request);
        await using var cancelling = cancellationToken.UnsafeRegister(_ => Cancel(number, cancellationToken), null);
        return await answer.Task;
    }

    /// <inheritdoc/>
    public void Dispose() => _call.Dispose();

    private void Cancel(long number, CancellationToken cancellationToken)
    {
        if (_waiting.TryRemove(number, out var answer) && answer.TrySetCanceled(cancellationToken))
        {
            _ = WriteAsync(new SignRequest { Number = number, Cancelled = true });
        }
    }

    /// <summary>Writes one message. Where that fails, the stream ends, and its end answers all that wait.</summary>
    private async Task WriteAsync(SignRequest request)
    {
        await _writing.WaitAsync(CancellationToken.None);
        try
        {
            // Not cancelled: half a message would end the stream for everybody.
            await _call.RequestStream.WriteAsync(request, CancellationToken.None);
        }
#pragma warning disable CA1031 // Whatever it is, the reader tells those that wait.
        catch (Exception)
#pragma warning restore CA1031
        {
            _call.Dispose();
        }
        finally
        {
            _writing.Release();
        }
    }

    private async Task ReadAsync()
    {
        RpcException end;
        try
        {
            await foreach (var response in _call.ResponseStream.ReadAllAsync())
            {
                Take(response);
            }

            end = new RpcException(new Status(StatusCode.Unavailable, "The host ended its answers."));
        }
        catch (RpcException exception)
        {
            end = exception;
        }
#pragma warning disable CA1031 // Whatever it is: those that wait have to be told.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            end = new RpcException(new Status(StatusCode.Unavailable, "The host's answers broke.", exception));
        }

        _end = end;
        foreach (var number in _waiting.Keys)
        {
            if (_waiting.TryRemove(number, out var answer))
            {
                answer.TrySetException(end);
            }
        }
    }

    private void Take(SignResponse response)
    {
        if (!_waiting.TryRemove(response.Number, out var answer))
        {
            // Cancelled in the meantime.
            return;
        }

        if (response.Failure is { } failure)
        {
            answer.TrySetException(SignFailures.ToException(failure));
        }
        else
        {
            answer.TrySetResult(response.Signature.ToByteArray());
        }
    }
}
