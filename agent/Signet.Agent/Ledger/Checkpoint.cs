using System.Globalization;
using System.Text;

namespace Signet.Agent.Ledger;

/// <summary>
/// A signed statement of the ledger's size and root: a C2SP tlog-checkpoint, which is a C2SP signed-note of three lines.
/// </summary>
/// <param name="Origin">Name of the ledger.</param>
/// <param name="Size">Number of records.</param>
/// <param name="Root">Root of the Merkle tree over them, 32 bytes.</param>
internal sealed record Checkpoint(string Origin, long Size, byte[] Root)
{
    // U+2014, then a space: what a signature line of a signed note begins with.
    private const string SignaturePrefix = "\u2014 ";

    /// <summary>The note, signed.</summary>
    public string Sign(LedgerKey key)
    {
        var body = Body();
        var signature = key.Sign(Encoding.UTF8.GetBytes(body));
        var line = Convert.ToBase64String([.. key.Verifier.KeyId, .. signature]);
        return $"{body}\n{SignaturePrefix}{key.Verifier.Name} {line}\n";
    }

    /// <summary>Reads a note and checks that this key signed it.</summary>
    /// <exception cref="FormatException">It is no checkpoint, or not of this ledger, or its signature does not hold.</exception>
    public static Checkpoint Open(string note, VerifierKey verifier)
    {
        var end = note.IndexOf("\n\n", StringComparison.Ordinal);
        if (end < 0 || !note.EndsWith('\n'))
        {
            throw new FormatException("The text is not a signed note.");
        }

        var body = note[..(end + 1)];
        var checkpoint = ParseBody(body);
        if (checkpoint.Origin != verifier.Name)
        {
            throw new FormatException($"The checkpoint is of '{checkpoint.Origin}', the key of '{verifier.Name}'.");
        }

        var signed = note[(end + 2)..].Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Any(line => IsSignature(line, body, verifier));
        return signed ? checkpoint : throw new FormatException("The checkpoint has no valid signature of the ledger's key.");
    }

    private string Body() =>
        string.Create(CultureInfo.InvariantCulture, $"{Origin}\n{Size}\n{Convert.ToBase64String(Root)}\n");

    private static Checkpoint ParseBody(string body)
    {
        var lines = body.Split('\n');
        var root = new byte[MerkleHash.Size];
        // A note may have further lines; the first three are ours.
        return lines.Length >= 4
            && lines[0].Length > 0
            && long.TryParse(lines[1], NumberStyles.None, CultureInfo.InvariantCulture, out var size)
            && size.ToString(CultureInfo.InvariantCulture) == lines[1]
            && Convert.TryFromBase64String(lines[2], root, out var count) && count == MerkleHash.Size
            ? new Checkpoint(lines[0], size, root)
            : throw new FormatException("The text is not a checkpoint.");
    }

    private static bool IsSignature(string line, string body, VerifierKey verifier)
    {
        var prefix = SignaturePrefix + verifier.Name + " ";
        if (!line.StartsWith(prefix, StringComparison.Ordinal))
        {
            return false;
        }

        var bytes = new byte[4 + 64];
        return Convert.TryFromBase64String(line[prefix.Length..], bytes, out var count) && count == bytes.Length
            && bytes.AsSpan(0, 4).SequenceEqual(verifier.KeyId)
            && verifier.Verify(Encoding.UTF8.GetBytes(body), bytes.AsSpan(4));
    }
}
