using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Signet.Formats.Apk;

/// <summary>
/// Reads minSdkVersion from AndroidManifest.xml in its binary form (AOSP, ResourceTypes.h: ResXMLTree_header and what follows).
/// </summary>
internal static class BinaryManifest
{
    private const ushort XmlType = 0x0003;
    private const ushort StringPoolType = 0x0001;
    private const ushort ResourceMapType = 0x0180;
    private const ushort StartElementType = 0x0102;
    private const uint MinSdkVersion = 0x0101020c;
    private const uint Utf8Flag = 1 << 8;
    private const byte StringValue = 0x03;

    /// <summary>The lowest version of Android's API that the APK runs on; 1 where it does not say.</summary>
    /// <exception cref="SignatureFormatException">It has not this form.</exception>
    public static int ReadMinSdk(ReadOnlySpan<byte> manifest)
    {
        try
        {
            return Read(manifest);
        }
        catch (Exception exception) when (
            exception is ArgumentOutOfRangeException or IndexOutOfRangeException or OverflowException)
        {
            // A length, an offset or an index leads out of the file.
            throw Malformed(exception);
        }
    }

    private static int Read(ReadOnlySpan<byte> manifest)
    {
        if (Read16(manifest) != XmlType)
        {
            throw Malformed(null);
        }

        ReadOnlySpan<byte> pool = [];
        ReadOnlySpan<byte> resources = [];
        var rest = manifest[Read16(manifest[2..])..];
        while (rest.Length >= 8)
        {
            var size = checked((int)Read32(rest[4..]));
            if (size < 8)
            {
                throw Malformed(null);
            }

            var chunk = rest[..size];
            switch (Read16(chunk))
            {
                case StringPoolType:
                    pool = chunk;
                    break;
                case ResourceMapType:
                    resources = chunk[Read16(chunk[2..])..];
                    break;
                case StartElementType when StringAt(pool, Read32(chunk[(Read16(chunk[2..]) + 4)..])) == "uses-sdk":
                    return MinSdkOf(chunk[Read16(chunk[2..])..], pool, resources);
                default:
                    break;
            }

            rest = rest[size..];
        }

        return 1;
    }

    // ResXMLTree_attrExt, then attributes: namespace, name, raw value, and a typed value of 8 bytes.
    private static int MinSdkOf(ReadOnlySpan<byte> element, ReadOnlySpan<byte> pool, ReadOnlySpan<byte> resources)
    {
        var attributes = element[Read16(element[8..])..];
        var bytes = Read16(element[10..]);
        for (var count = Read16(element[12..]); count > 0; count--)
        {
            var name = (long)Read32(attributes[4..]) * 4;
            if (name + 4 <= resources.Length && Read32(resources[(int)name..]) == MinSdkVersion)
            {
                var value = Read32(attributes[16..]);
                return attributes[15] == StringValue ? OfText(StringAt(pool, value)) : checked((int)value);
            }

            attributes = attributes[bytes..];
        }

        return 1;
    }

    // A preview has a letter for a number; N and later read scheme v2.
    private static int OfText(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : text.Length > 0 && text[0] is >= 'N' and <= 'Z' ? ApkFormat.FirstSdkWithV2
        : 1;

    // ResStringPool_header: UTF-8 or UTF-16, offsets of all strings, and each with its length in front.
    private static string StringAt(ReadOnlySpan<byte> pool, uint index)
    {
        if (pool.IsEmpty || index >= Read32(pool[8..]))
        {
            return string.Empty;
        }

        var offset = Read32(pool[(Read16(pool[2..]) + checked((int)index * 4))..]);
        var text = pool[checked((int)(Read32(pool[20..]) + offset))..];
        if ((Read32(pool[16..]) & Utf8Flag) == 0)
        {
            var characters = Read16(text);
            return (characters & 0x8000) != 0 ? string.Empty : Encoding.Unicode.GetString(text.Slice(2, characters * 2));
        }

        // The number of characters, then that of bytes; long ones, with two bytes each, name no element.
        return text[0] >= 0x80 || text[1] >= 0x80 ? string.Empty : Encoding.UTF8.GetString(text.Slice(2, text[1]));
    }

    private static ushort Read16(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt16LittleEndian(bytes);

    private static uint Read32(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt32LittleEndian(bytes);

    private static SignatureFormatException Malformed(Exception? cause) => new(
        FormatFailure.Malformed, "This is no well-formed APK: its AndroidManifest.xml has not the binary form.", cause);
}
