using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Signet.LargeFiles.Samples;

/// <summary>An RPM package whose payload is a hole ("RPM V4 Package format" of the rpm manual).</summary>
internal static class SparseRpm
{
    private const int Sha256Header = 273;
    private const int SignatureRegion = 62;
    private const int HeaderRegion = 63;
    private const int Binary = 7;
    private const int StringType = 6;
    private const int StringArray = 8;
    private const int Integer = 4;

    /// <summary>Writes one.</summary>
    public static void Write(FileStream file, long bytes)
    {
        var header = Header(
            HeaderRegion,
            (1000, StringType, 1, "large\0"u8.ToArray()),
            (1001, StringType, 1, "1\0"u8.ToArray()),
            (1002, StringType, 1, "1\0"u8.ToArray()),
            (1021, StringType, 1, "linux\0"u8.ToArray()),
            (1022, StringType, 1, "noarch\0"u8.ToArray()),
            (1124, StringType, 1, "cpio\0"u8.ToArray()),
            (5092, StringArray, 1, Encoding.ASCII.GetBytes(Zeros.Digest(bytes) + "\0")),
            (5093, Integer, 1, [0, 0, 0, 8]));
        var digest = Encoding.ASCII.GetBytes(Convert.ToHexStringLower(SHA256.HashData(header)) + "\0");
        var signature = Header(SignatureRegion, (Sha256Header, StringType, 1, digest));

        // Magic number, version 3.0, a binary package, and a signature of header kind (5).
        var lead = new byte[96];
        new byte[] { 0xed, 0xab, 0xee, 0xdb, 3, 0 }.CopyTo(lead, 0);
        "large-1-1"u8.CopyTo(lead.AsSpan(10));
        lead[77] = 1;
        lead[79] = 5;
        file.Write(lead);
        file.Write(signature);
        file.Write(new byte[(8 - (signature.Length % 8)) % 8]);
        file.Write(header);
        file.SetLength(file.Position + bytes);
    }

    // An index of entries and a store. The region, which is the first entry, says that all of it belongs together.
    private static byte[] Header(int region, params (int Tag, int Type, int Count, byte[] Data)[] entries)
    {
        using var index = new MemoryStream();
        using var store = new MemoryStream();
        foreach (var (tag, type, count, data) in entries)
        {
            store.Write(new byte[type == Integer ? (4 - (store.Length % 4)) % 4 : 0]);
            index.Write(Numbers(tag, type, (int)store.Length, count));
            store.Write(data);
        }

        var first = Numbers(region, Binary, (int)store.Length, 16);
        store.Write(Numbers(region, Binary, -16 * (entries.Length + 1), 16));
        return
        [
            0x8e, 0xad, 0xe8, 1, 0, 0, 0, 0, .. Numbers(entries.Length + 1, (int)store.Length), .. first, .. index.ToArray(),
            .. store.ToArray(),
        ];
    }

    private static byte[] Numbers(params ReadOnlySpan<int> numbers)
    {
        var bytes = new byte[numbers.Length * 4];
        for (var index = 0; index < numbers.Length; index++)
        {
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(index * 4), numbers[index]);
        }

        return bytes;
    }
}
