using System.Buffers;
using System.IO.Pipelines;
using Signet.Formats;

namespace Signet.Agent.FileSigning;

/// <summary>A format's reading of a file while it arrives; the format reads once from start to end.</summary>
internal sealed class Reading : IAsyncDisposable
{
    private const int HandOnBytes = 256 << 10;

    private readonly Pipe _pipe;
    private readonly Task<IPreparedSignature> _preparing;

    /// <summary>Begins to read.</summary>
    public Reading(ISignatureFormat format, SigningChoices choices, PipeOptions limits, CancellationToken cancellationToken)
    {
        _pipe = new Pipe(limits);
        _preparing = Task.Run(
            () => PrepareFromPipeAsync(format, choices, _pipe.Reader, cancellationToken), CancellationToken.None);
    }

    /// <summary>Hands on what arrived. A format that has refused the file meanwhile throws here.</summary>
    public async Task FeedAsync(ReadOnlyMemory<byte> chunk, CancellationToken cancellationToken)
    {
        // Handed on in large pieces: each wakes the one who reads.
        _pipe.Writer.Write(chunk.Span);
        if (_pipe.Writer.UnflushedBytes < HandOnBytes)
        {
            return;
        }

        var result = await _pipe.Writer.FlushAsync(cancellationToken);
        if (result.IsCompleted && _preparing.IsFaulted)
        {
            await _preparing;
        }
    }

    /// <summary>All has arrived: waits for what the format prepared.</summary>
    public async Task<IPreparedSignature> FinishAsync(CancellationToken cancellationToken)
    {
        await _pipe.Writer.CompleteAsync();
        return await _preparing.WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // An upload that broke off must not look like the end of a shorter file.
        await _pipe.Writer.CompleteAsync(new OperationCanceledException("the upload broke off"));
        await ((Task)_preparing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static async Task<IPreparedSignature> PrepareFromPipeAsync(
        ISignatureFormat format, SigningChoices choices, PipeReader reader, CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = reader.AsStream(leaveOpen: true);
            return await format.PrepareAsync(stream, choices, cancellationToken);
        }
        finally
        {
            await reader.CompleteAsync();
        }
    }
}
