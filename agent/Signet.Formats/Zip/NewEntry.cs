using System.Buffers.Binary;
using System.Text;
using static Signet.Formats.Zip.ZipConstants;

namespace Signet.Formats.Zip;

/// <summary>An entry that an edit puts into an archive: its local header with data, and its central header.</summary>
internal sealed class NewEntry
{
    // 1980-01-01 00:00, the first that the format has: the same input gives the same archive.
    private const ushort FirstDate = 0x0021;
    private const ushort VersionNeeded = 20;

    private NewEntry(byte[] local, byte[] central)
    {
        Local = local;
        Central = CentralHeader.Read(central, 0);
    }

    /// <summary>Local header and data.</summary>
    public byte[] Local { get; }

    /// <summary>The header for the central directory, with offset 0.</summary>
    public CentralHeader Central { get; }

    /// <summary>A new entry.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="content">Its content.</param>
    public static NewEntry Create(string name, PackedContent content)
    {
        var bytes = Encoding.UTF8.GetBytes(name);
        var central = new byte[CentralBytes];
        Write16(central, 4, VersionNeeded);
        Write16(central, 8, Ascii.IsValid(name) ? (ushort)0 : Utf8);
        Write16(central, 14, FirstDate);
        return Build(central, bytes, default, default, content);
    }

    /// <summary>An entry in place of another one: its name, date, attributes and comment stay.</summary>
    public static NewEntry Replacing(ZipEntry entry, PackedContent content)
    {
        var old = entry.Header.Raw.Span;
        var extra = entry.Header.Extra;
        var comment = entry.Header.Raw[(CentralBytes + entry.Header.Name.Length + extra.Length)..];
        return Build(old[..CentralBytes].ToArray(), entry.Header.Name.Span, WithoutZip64(extra), comment, content);
    }

    private static NewEntry Build(
        byte[] central, ReadOnlySpan<byte> name, ReadOnlyMemory<byte> extra, ReadOnlyMemory<byte> comment, PackedContent content)
    {
        // All ones in a size would mean zip64.
        if (content.ContentBytes >= uint.MaxValue)
        {
            throw ZipErrors.Unsupported($"a changed entry would have {content.ContentBytes} bytes");
        }

        BinaryPrimitives.WriteUInt32LittleEndian(central, CentralSignature);
        Write16(central, 6, VersionNeeded);
        Write16(central, 8, (ushort)(BinaryPrimitives.ReadUInt16LittleEndian(central.AsSpan(8)) & Utf8));
        Write16(central, 10, content.Method);
        Write32(central, 16, content.Crc32);
        Write32(central, 20, (uint)content.Data.Length);
        Write32(central, 24, (uint)content.ContentBytes);
        Write16(central, 28, (ushort)name.Length);
        Write16(central, 30, (ushort)extra.Length);
        Write16(central, 32, (ushort)comment.Length);
        Write16(central, 34, 0);
        Write32(central, 42, 0);

        // The local header has what stands in the central one from "version needed" to the name's length, and no extra field.
        var local = new byte[LocalBytes];
        Write32(local, 0, LocalSignature);
        central.AsSpan(6, 24).CopyTo(local.AsSpan(4));
        return new NewEntry(
            [.. local, .. name, .. content.Data.Span], [.. central, .. name, .. extra.Span, .. comment.Span]);
    }

    private static ReadOnlyMemory<byte> WithoutZip64(ReadOnlyMemory<byte> extra) =>
        ExtraField.Find(extra.Span, Zip64Extra, 0) is { } field
            ? (byte[])[.. extra.Span[..(field.Start - 4)], .. extra.Span[(field.Start + field.Length)..]]
            : extra;

    private static void Write16(byte[] bytes, int at, ushort value) =>
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(at), value);

    private static void Write32(byte[] bytes, int at, uint value) =>
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at), value);
}
