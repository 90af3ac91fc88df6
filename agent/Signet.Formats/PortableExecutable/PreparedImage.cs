using System.Buffers.Binary;
using Signet.Formats.Authenticode;

namespace Signet.Formats.PortableExecutable;

/// <summary>A PE file that was read and awaits its signature.</summary>
internal sealed class PreparedImage(ReadImage image, IReadOnlyList<ReadOnlyMemory<byte>> kept, SigningChoices choices)
    : IPreparedSignature
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<Edit>> SignAsync(
        ISigner signer, ITimestamper? timestamper, CancellationToken cancellationToken)
    {
        var content = IndirectData.ForPortableExecutable(image.Digest, choices.HashAlgorithm, image.PageHashes);
        var signature = await AuthenticodeSigner.SignAsync(content, choices, signer, timestamper, cancellationToken)
            .ConfigureAwait(false);
        ReadOnlyMemory<byte>[] signatures = kept.Count == 0
            ? [signature]
            : [NestedSignature.Append(kept[0], signature), .. kept.Skip(1)];
        return ToEdits(CertificateTable.Write(signatures, image.PaddingBytes));
    }

    private Edit[] ToEdits(byte[] paddedTable)
    {
        var table = paddedTable.AsSpan(image.PaddingBytes);
        var tableOffset = image.ContentEnd + image.PaddingBytes;
        CertificateTable.RequirePlace(tableOffset + table.Length);
        var entry = new byte[8];
        BinaryPrimitives.WriteUInt32LittleEndian(entry, (uint)tableOffset);
        BinaryPrimitives.WriteUInt32LittleEndian(entry.AsSpan(4), (uint)table.Length);

        // The entry lies at a multiple of 2, so its words add to the sum wherever they come in; its length is counted
        // already.
        var checksum = image.Checksum;
        checksum.AddInPlace(entry);
        checksum.Add(table);
        var sum = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(sum, checksum.Finish());
        return
        [
            new Edit(image.Layout.ChecksumOffset, sum.Length, sum),
            new Edit(image.Layout.CertificateEntryOffset, entry.Length, entry),
            new Edit(image.ContentEnd, image.CertificateTable.Length, paddedTable),
        ];
    }
}
