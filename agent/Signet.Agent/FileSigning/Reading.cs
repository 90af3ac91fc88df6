using System.Buffers;
using System.IO.Pipelines;
using Signet.Formats;

namespace Signet.Agent.FileSigning;

/// <summary>
/// A format's reading of a file: while the file arrives where the format reads once from start to end, else from the spool
/// once all of it is there.
/// </summary>
internal sealed class Reading : IAsyncDisposable
{
    private const int HandOnBytes = 256 << 10;

    private readonly SigningChoices _choices;
    private readonly SpooledFile _content;
    private readonly CancellationToken _cancellationToken;
    private readonly Pipe? _pipe;
    private readonly Task<IPreparedSignature>? _preparing;

    /// <summary>Begins to read.</summary>
    public Reading(
        ISignatureFormat format, SigningChoices choices, SpooledFile content, PipeOptions limits,
        CancellationToken cancellationToken)
    {
        Format = format;
        _choices = choices;
        _content = content;
        _cancellationToken = cancellationToken;
        if (!format.RequiresRandomAccess)
        {
            _pipe = new Pipe(limits);
            _preparing = Task.Run(() => PrepareFromPipeAsync(_pipe.Reader), CancellationToken.None);
        }
    }

    /// <summary>The format that reads.</summary>
    public ISignatureFormat Format { get; }

    /// <summary>Hands on what arrived. A format that has refused the file meanwhile throws here.</summary>
    public async Task FeedAsync(ReadOnlyMemory<byte> chunk, CancellationToken cancellationToken)
    {
        if (_pipe is null || chunk.IsEmpty)
        {
            return;
        }

        // Handed on in large pieces: each wakes the one who reads.
        _pipe.Writer.Write(chunk.Span);
        if (_pipe.Writer.UnflushedBytes < HandOnBytes)
        {
            return;
        }

        var result = await _pipe.Writer.FlushAsync(cancellationToken);
        if (result.IsCompleted && _preparing!.IsFaulted)
        {
            await _preparing;
        }
    }

    /// <summary>All has arrived: waits for what the format prepared.</summary>
    public async Task<IPreparedSignature> FinishAsync(CancellationToken cancellationToken)
    {
        if (_pipe is null)
        {
            return await Format.PrepareAsync(_content.OpenReader(), _choices, cancellationToken);
        }

        await _pipe.Writer.CompleteAsync();
        return await _preparing!.WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_pipe is null)
        {
            return;
        }

        // An upload that broke off must not look like the end of a shorter file.
        await _pipe.Writer.CompleteAsync(new OperationCanceledException("the upload broke off"));
        await ((Task)_preparing!).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task<IPreparedSignature> PrepareFromPipeAsync(PipeReader reader)
    {
        try
        {
            await using var stream = reader.AsStream(leaveOpen: true);
            return await Format.PrepareAsync(stream, _choices, _cancellationToken);
        }
        finally
        {
            await reader.CompleteAsync();
        }
    }
}
