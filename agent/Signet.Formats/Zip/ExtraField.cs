using System.Buffers.Binary;

namespace Signet.Formats.Zip;

/// <summary>The extra field of a header: records of an ID, a length and data (APPNOTE 4.5.1).</summary>
internal static class ExtraField
{
    /// <summary>Finds the data of one record.</summary>
    /// <param name="extra">The extra field.</param>
    /// <param name="id">Which record.</param>
    /// <param name="number">Number of the entry, for errors.</param>
    /// <returns>Where its data lies; null where there is no such record.</returns>
    /// <exception cref="SignatureFormatException">There are two such records, or one reaches behind the field's end.</exception>
    public static (int Start, int Length)? Find(ReadOnlySpan<byte> extra, ushort id, int number)
    {
        (int Start, int Length)? found = null;

        // Aligning tools pad with fewer bytes than a record has, or with zeros, which read as empty records of ID 0.
        for (var at = 0; extra.Length - at >= 4;)
        {
            var length = BinaryPrimitives.ReadUInt16LittleEndian(extra[(at + 2)..]);
            var isWanted = BinaryPrimitives.ReadUInt16LittleEndian(extra[at..]) == id;
            at += 4;
            if (length > extra.Length - at)
            {
                throw ZipErrors.Malformed($"an extra field of entry {number} reaches behind its header");
            }

            if (isWanted)
            {
                found = found is null
                    ? (at, length)
                    : throw ZipErrors.Malformed($"entry {number} has two extra fields of ID {id}");
            }

            at += length;
        }

        return found;
    }
}
