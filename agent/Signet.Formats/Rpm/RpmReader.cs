using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Signet.Formats.Detached;

namespace Signet.Formats.Rpm;

/// <summary>Reads an RPM package once ("RPM V4 Package format" of the rpm manual): lead, signature header, header, payload.</summary>
/// <param name="content">The package from its first byte.</param>
/// <param name="signed">Gets the header, which is what the signature covers.</param>
internal sealed class RpmReader(Stream content, Action<ReadOnlyMemory<byte>> signed)
{
    private const int LeadBytes = 96;
    private const int EntryBytes = 16;
    private const int MaxSignatureHeaderBytes = 1 << 20;

    // What rpm itself reads at most: 65,535 entries and a store of 256 MB.
    private const int MaxEntries = 0xFFFF;
    private const int MaxStoreBytes = 0x0FFFFFFF;
    private const int MaxDigestBytes = 129;

    /// <summary>The signature header.</summary>
    public SignatureHeader Signature { get; private set; } = null!;

    /// <summary>Where the signature header begins.</summary>
    public static long SignatureOffset => LeadBytes;

    /// <summary>Size of the signature header with its padding.</summary>
    public int SignatureBytes { get; private set; }

    /// <summary>Reads it to its end.</summary>
    /// <exception cref="SignatureFormatException">It is no RPM, or its signature would not cover its payload.</exception>
    public async Task ReadAsync(CancellationToken cancellationToken)
    {
        var lead = await ReadAsync(LeadBytes, "lead", cancellationToken).ConfigureAwait(false);
        if (!lead.AsSpan().StartsWith(RpmFormat.LeadMagic))
        {
            throw Malformed("does not begin with the magic number of its lead");
        }

        await ReadSignatureHeaderAsync(cancellationToken).ConfigureAwait(false);
        var digest = await ReadHeaderAsync(cancellationToken).ConfigureAwait(false);
        await CheckPayloadAsync(digest, cancellationToken).ConfigureAwait(false);
    }

    private async Task ReadSignatureHeaderAsync(CancellationToken cancellationToken)
    {
        var intro = await ReadAsync(SignatureHeader.IntroBytes, "signature header", cancellationToken).ConfigureAwait(false);
        var (count, store) = ParseIntro(intro, "signature header");
        var rest = ((long)count * EntryBytes) + store;
        if (rest > MaxSignatureHeaderBytes)
        {
            throw Malformed($"has a signature header of {rest} bytes, and at most {MaxSignatureHeaderBytes} are read");
        }

        var total = SignatureHeader.IntroBytes + (int)rest;
        var padding = SignatureHeader.PaddingOf(total);
        var body = await ReadAsync((int)rest + padding, "signature header", cancellationToken).ConfigureAwait(false);
        Signature = SignatureHeader.Parse((byte[])[.. intro, .. body.AsSpan(0, (int)rest)], count);
        SignatureBytes = total + padding;
    }

    // The payload's digest and its hash.
    private async Task<(string Hex, HashAlgorithmName Hash)> ReadHeaderAsync(CancellationToken cancellationToken)
    {
        var intro = await ReadAsync(SignatureHeader.IntroBytes, "header", cancellationToken).ConfigureAwait(false);
        signed(intro);
        var (count, store) = ParseIntro(intro, "header");
        if (count > MaxEntries || store > MaxStoreBytes)
        {
            throw Malformed($"has a header of {count} entries and {store} bytes, which is more than rpm reads");
        }

        var index = await ReadAsync(count * EntryBytes, "header", cancellationToken).ConfigureAwait(false);
        signed(index);
        var digest = new Window(OffsetOf(index, RpmTags.PayloadDigest), MaxDigestBytes);
        var algorithm = new Window(OffsetOf(index, RpmTags.PayloadDigestAlgorithm), sizeof(int));
        for (var position = 0; position < store;)
        {
            var part = await ReadAsync(Math.Min(64 << 10, store - position), "header", cancellationToken).ConfigureAwait(false);
            signed(part);
            digest.Take(part, position);
            algorithm.Take(part, position);
            position += part.Length;
        }

        var end = digest.Bytes.AsSpan().IndexOf((byte)0);
        HashAlgorithmName hash = BinaryPrimitives.ReadInt32BigEndian(algorithm.Bytes) switch
        {
            8 => HashAlgorithmName.SHA256,
            9 => HashAlgorithmName.SHA384,
            10 => HashAlgorithmName.SHA512,
            _ => default,
        };
        return end > 0 && hash != default
            ? (Encoding.ASCII.GetString(digest.Bytes, 0, end), hash)
            : throw new SignatureFormatException(
                FormatFailure.Unsupported,
                "The RPM's header has no SHA-2 digest of its payload, so a signature over the header would not cover the payload. "
                + "Build it with rpm 4.14 or later.");
    }

    // A package whose payload is not what its header says is not signed.
    private async Task CheckPayloadAsync((string Hex, HashAlgorithmName Hash) stated, CancellationToken cancellationToken)
    {
        var payload = await HashedContent.ReadAsync(content, stated.Hash, cancellationToken).ConfigureAwait(false);
        if (!Convert.ToHexStringLower(payload.Digest).Equals(stated.Hex, StringComparison.OrdinalIgnoreCase))
        {
            throw Malformed("has a payload that is not the one of its header: the digest is another one");
        }
    }

    private static (int Count, int Store) ParseIntro(ReadOnlySpan<byte> intro, string what)
    {
        var count = BinaryPrimitives.ReadInt32BigEndian(intro[8..]);
        var store = BinaryPrimitives.ReadInt32BigEndian(intro[12..]);
        return intro.StartsWith((ReadOnlySpan<byte>)[0x8E, 0xAD, 0xE8, 0x01]) && count > 0 && store >= 0
            ? (count, store)
            : throw Malformed($"has a {what} without its magic number, or with impossible sizes");
    }

    private static int OffsetOf(ReadOnlySpan<byte> index, int tag)
    {
        for (var start = 0; start < index.Length; start += EntryBytes)
        {
            if (BinaryPrimitives.ReadInt32BigEndian(index[start..]) == tag)
            {
                return BinaryPrimitives.ReadInt32BigEndian(index[(start + 8)..]);
            }
        }

        return -1;
    }

    private async Task<byte[]> ReadAsync(int count, string what, CancellationToken cancellationToken)
    {
        // Grows with what arrives, so that a size that lies takes no memory.
        using var bytes = new MemoryStream(Math.Min(count, 64 << 10));
        var buffer = new byte[Math.Min(count, 64 << 10)];
        while (bytes.Length < count)
        {
            var read = await content.ReadAsync(
                buffer.AsMemory(0, (int)Math.Min(buffer.Length, count - bytes.Length)), cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                throw Malformed(string.Create(CultureInfo.InvariantCulture, $"ends within its {what}"));
            }

            bytes.Write(buffer, 0, read);
        }

        return bytes.ToArray();
    }

    private static SignatureFormatException Malformed(string what) => new(FormatFailure.Malformed, $"The RPM {what}.");

    /// <summary>Keeps some bytes of a store that passes by; zeros where there are none.</summary>
    private sealed class Window(int offset, int length)
    {
        public byte[] Bytes { get; } = new byte[length];

        public void Take(ReadOnlySpan<byte> part, int position)
        {
            for (var index = 0; index < Bytes.Length && offset >= 0; index++)
            {
                var place = (long)offset + index - position;
                if (place >= 0 && place < part.Length)
                {
                    Bytes[index] = part[(int)place];
                }
            }
        }
    }
}
