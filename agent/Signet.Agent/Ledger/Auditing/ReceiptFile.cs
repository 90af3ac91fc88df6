using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Signet.Agent.Ledger.Auditing;

/// <summary>A receipt as a JSON file: what a build keeps to prove later that its signature is on record.</summary>
internal sealed class ReceiptFile
{
    private const string FormatName = "signet-receipt/1";

    private static readonly JsonSerializerOptions Strict = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectRequiredConstructorParameters = true,
    };

    private ReceiptFile(byte[] record, long leafIndex, IReadOnlyList<byte[]> inclusionProof, string checkpoint)
    {
        Record = record;
        LeafIndex = leafIndex;
        InclusionProof = inclusionProof;
        Checkpoint = checkpoint;
    }

    /// <summary>The record's exact bytes.</summary>
    public byte[] Record { get; }

    /// <summary>Its index in the ledger.</summary>
    public long LeafIndex { get; }

    /// <summary>Audit path from the leaf to the root (RFC 6962 section 2.1.1).</summary>
    public IReadOnlyList<byte[]> InclusionProof { get; }

    /// <summary>The signed checkpoint.</summary>
    public string Checkpoint { get; }

    /// <summary>Reads a receipt.</summary>
    /// <exception cref="FormatException">The text is not a receipt.</exception>
    public static ReceiptFile Parse(string json)
    {
        try
        {
            var parts = JsonSerializer.Deserialize<Parts>(json, Strict);
            return parts is { Format: FormatName }
                ? new ReceiptFile(
                    Encoding.UTF8.GetBytes(parts.Record), parts.LeafIndex, parts.InclusionProof, parts.Checkpoint)
                : throw new FormatException($"The file is not a receipt of the form {FormatName}.");
        }
        catch (JsonException exception)
        {
            throw new FormatException($"The file is not a receipt of the form {FormatName}.", exception);
        }
    }

    /// <summary>Why the receipt does not hold; null where it does.</summary>
    /// <param name="verifier">The ledger's public key, from a place that whoever made the receipt cannot change.</param>
    public string? FindProblem(VerifierKey verifier)
    {
        try
        {
            var checkpoint = Ledger.Checkpoint.Open(Checkpoint, verifier);
            return !MerkleVerification.Includes(
                MerkleHash.OfLeaf(Record), LeafIndex, checkpoint.Size, InclusionProof, checkpoint.Root)
                ? "The record is not in the ledger that the checkpoint signs: record, index or proof was changed."
                : RecordHeader.Read(Record).Index != LeafIndex
                    ? "The record states another index than the receipt."
                    : null;
        }
        catch (FormatException exception)
        {
            return exception.Message;
        }
    }

    private sealed record Parts(
        string Checkpoint, string Format, IReadOnlyList<byte[]> InclusionProof, long LeafIndex, string Record);
}
