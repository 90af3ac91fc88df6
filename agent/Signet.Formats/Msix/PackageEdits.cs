using System.Buffers.Binary;
using Signet.Formats.Zip;

namespace Signet.Formats.Msix;

/// <summary>The edits of a package, with the end of the file as Windows' own signer leaves it.</summary>
internal static class PackageEdits
{
    private const int DiskFields = 4;
    private const int CountAndPlaceFields = 8;

    /// <summary>
    /// Makes the edits. Packers write 0xFFFF for both disk numbers of the end record where zip64 is used, and Windows
    /// hashes and wants zeros there; the counts that are left to the zip64 record stay with it.
    /// </summary>
    public static IReadOnlyList<Edit> From(ZipEditor editor, ZipFile package)
    {
        var edits = editor.ToEdits().ToList();
        var directory = edits[^1].Inserted.ToArray();
        var old = package.End.EndRecord.Span;
        var end = directory.AsSpan(directory.Length - old.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(end[DiskFields..], 0);
        if (!package.End.Zip64Record.IsEmpty)
        {
            KeepIfAllOnes(old, end, CountAndPlaceFields, 2);
            KeepIfAllOnes(old, end, CountAndPlaceFields + 2, 2);
            KeepIfAllOnes(old, end, CountAndPlaceFields + 4, 4);
            KeepIfAllOnes(old, end, CountAndPlaceFields + 8, 4);
        }

        edits[^1] = edits[^1] with { Inserted = directory };
        return edits;
    }

    private static void KeepIfAllOnes(ReadOnlySpan<byte> old, Span<byte> end, int at, int bytes)
    {
        if (old.Slice(at, bytes).IndexOfAnyExcept((byte)0xFF) < 0)
        {
            end.Slice(at, bytes).Fill(0xFF);
        }
    }
}
