using Grpc.Core;
using Signet.Agent.FileSigning;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;

namespace Signet.Agent.Services;

/// <summary>An upload over the stream of <c>SignFile</c>.</summary>
internal sealed class GrpcUpload(
    IAsyncStreamReader<SignFileRequest> requests, IServerStreamWriter<SignFileResponse> responses) : IUpload
{
    private const int MaxChunkBytes = 1 << 20;

    /// <inheritdoc/>
    public async Task<ReadOnlyMemory<byte>?> ReadChunkAsync(CancellationToken cancellationToken)
    {
        if (!await requests.MoveNext(cancellationToken))
        {
            return null;
        }

        if (requests.Current.MessageCase != SignFileRequest.MessageOneofCase.Chunk)
        {
            throw new SigningException(ErrorReason.InvalidRequest, "A header may only be the first message of SignFile.");
        }

        var chunk = requests.Current.Chunk.Memory;
        return chunk.Length <= MaxChunkBytes
            ? chunk
            : throw new SigningException(ErrorReason.InvalidRequest, "A chunk of SignFile is larger than 1 MiB.");
    }

    /// <inheritdoc/>
    public Task ReportAsync(SignFileStage stage, long receivedBytes, CancellationToken cancellationToken) =>
        responses.WriteAsync(
            new SignFileResponse { Progress = new SignFileProgress { Stage = stage, ReceivedBytes = receivedBytes } },
            cancellationToken);
}
