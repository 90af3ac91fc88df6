namespace Signet.Agent.FileSigning;

/// <summary>A file that arrives in chunks, and where the progress of its signing is told.</summary>
internal interface IUpload
{
    /// <summary>The next chunk; null at the end. What it holds does not change any more.</summary>
    Task<ReadOnlyMemory<byte>?> ReadChunkAsync(CancellationToken cancellationToken);

    /// <summary>Tells the sender how far it is.</summary>
    Task ReportAsync(Protocol.V1.SignFileStage stage, long receivedBytes, CancellationToken cancellationToken);
}
