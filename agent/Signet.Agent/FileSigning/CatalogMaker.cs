using Google.Protobuf;
using Signet.Agent.Ledger;
using Signet.Agent.Storage;
using Signet.Formats;
using Signet.Formats.Catalogs;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;

namespace Signet.Agent.FileSigning;

/// <summary>
/// Requests with a catalog: takes their files in without signing any, and makes the catalog over all of them for its one
/// signature. What it needs to know of a file is in the file's stored answer, so that an agent which was started again goes on.
/// </summary>
/// <remarks>Safe for use by several threads at once.</remarks>
internal sealed class CatalogMaker(IAgentStore store, UploadReceiver receiver, SpoolDirectory spool, TimeProvider time)
{
    private static readonly CatalogFormat Catalogs = new();

    /// <summary>Receives a file of the manifest.</summary>
    /// <returns>The answer to the client, and the record for the ledger. The file has no signature of its own.</returns>
    /// <exception cref="SigningException">MANIFEST_MISMATCH, UPLOAD_CORRUPT, or MALFORMED_FILE for a broken program.</exception>
    public async Task<(SignedFile File, LedgerRecord Record)> ReceiveMemberAsync(
        StoredRequest request, StoredFile file, IUpload upload, CancellationToken cancellationToken)
    {
        await using var received = await receiver.ReceiveAsync(
            upload, file, new CatalogMemberFormat(), new SigningChoices(), cancellationToken);
        var digest = ((PreparedMember)received.Prepared).Digest;
        var member = new SignedFile
        {
            Name = file.Name,
            OriginalSha256 = ByteString.CopyFrom(file.Sha256),
            SignedSha256 = ByteString.CopyFrom(file.Sha256),
            SignedSizeBytes = file.SizeBytes,
            Format = CatalogMemberFormat.NameOf(digest.Kind),
            Catalog = request.Options.Catalog,
            CatalogDigest = ByteString.CopyFrom(digest.Sha256.Span),
        };
        return (member, SigningRecords.Cataloged(request, member));
    }

    /// <summary>Makes the catalog over all files of the manifest.</summary>
    /// <returns>The unsigned catalog, ready to be signed. Dispose it.</returns>
    /// <exception cref="SigningException">INVALID_REQUEST: files are missing, or content was sent.</exception>
    public async Task<ReceivedFile> MakeAsync(
        StoredRequest request, SigningChoices choices, IUpload upload, CancellationToken cancellationToken)
    {
        if (await upload.ReadChunkAsync(cancellationToken) is not null)
        {
            throw new SigningException(ErrorReason.InvalidRequest,
                $"'{request.Options.Catalog}' is the catalog that the agent makes. Send no content for it.");
        }

        var builder = new CatalogBuilder();
        foreach (var member in await ListAsync(request, cancellationToken))
        {
            builder.Add(member.Name, new CatalogDigest(CatalogMemberFormat.KindOf(member.Format), member.CatalogDigest.Memory));
        }

        var catalog = builder.Build(time.GetUtcNow());
        var content = spool.Create(catalog.Length);
        try
        {
            content.Write(catalog);
            return new ReceivedFile(content, Catalogs, await Catalogs.PrepareAsync(content.OpenReader(), choices, cancellationToken));
        }
        catch
        {
            await content.DisposeAsync();
            throw;
        }
    }

    /// <summary>The answers for the files of the manifest.</summary>
    /// <exception cref="SigningException">INVALID_REQUEST: some have not arrived.</exception>
    public async Task<IReadOnlyList<SignedFile>> ListAsync(StoredRequest request, CancellationToken cancellationToken)
    {
        var catalog = request.Options.Catalog;
        return await store.ReadAsync(
            reader => reader.ListFiles(request.RequestId)
                .Where(file => file.Name != catalog)
                .Select(file => reader.FindResult(request.RequestId, file.Name)?.File
                    ?? throw new SigningException(ErrorReason.InvalidRequest,
                        $"File '{file.Name}' has not arrived yet. '{catalog}' is signed once every file of the request has."))
                .ToList(),
            cancellationToken);
    }

    /// <summary>The signed catalog as edits of an empty file: the client has none.</summary>
    public static async Task<IReadOnlyList<Formats.Edit>> FromNothingAsync(
        ReceivedFile catalog, IReadOnlyList<Formats.Edit> edits, CancellationToken cancellationToken)
    {
        await using var signed = new EditedStream(catalog.Content.OpenReader(), edits);
        var bytes = new byte[signed.Length];
        await signed.ReadExactlyAsync(bytes, cancellationToken);
        return [new Formats.Edit(0, 0, bytes)];
    }
}
