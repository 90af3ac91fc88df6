namespace Signet.Agent.FileSigning;

/// <summary>A file that arrives in chunks, and where the progress of its signing is told.</summary>
internal interface IUpload
{
    /// <summary>The next chunk; null at the end. Its memory is valid until the next call.</summary>
    Task<ReadOnlyMemory<byte>?> ReadChunkAsync(CancellationToken cancellationToken);

    /// <summary>Tells the sender how far it is.</summary>
    Task ReportAsync(Protocol.V1.SignFileStage stage, long receivedBytes, CancellationToken cancellationToken);
}
