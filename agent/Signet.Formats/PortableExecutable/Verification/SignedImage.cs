using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Reflection.PortableExecutable;
using System.Security.Cryptography;

namespace Signet.Formats.PortableExecutable.Verification;

/// <summary>A PE file with its certificate table, as a verifier sees it.</summary>
internal sealed class SignedImage
{
    private const int EntryBytes = 8;
    private const int ChecksumBytes = 4;
    private const int BufferBytes = 128 << 10;

    // Larger than any real one by far; a table that claims more is not read.
    private const int MaxTableBytes = 16 << 20;

    private readonly Stream _content;
    private readonly long _checksumOffset;
    private readonly long _entryOffset;
    private readonly long _contentEnd;
    private readonly uint _statedChecksum;
    private readonly List<string> _problems;

    private SignedImage(
        Stream content, PEHeaders headers, long contentEnd, List<byte[]> signatures, List<string> problems)
    {
        var (header, headerOffset) = (headers.PEHeader!, headers.PEHeaderStartOffset);
        Headers = headers;
        _content = content;
        _checksumOffset = headerOffset + 64;
        _entryOffset = headerOffset + (header.Magic == PEMagic.PE32 ? 128 : 144);
        _contentEnd = contentEnd;
        _statedChecksum = header.CheckSum;
        _problems = problems;
        Signatures = signatures;
    }

    /// <summary>Its headers; there is an optional header.</summary>
    public PEHeaders Headers { get; }

    /// <summary>What each WIN_CERTIFICATE holds, in order.</summary>
    public IReadOnlyList<byte[]> Signatures { get; }

    /// <summary>Reads headers and certificate table.</summary>
    /// <exception cref="SignatureFormatException">They are broken.</exception>
    public static async Task<SignedImage> OpenAsync(Stream content, CancellationToken cancellationToken)
    {
        var headers = ReadHeaders(content);
        var header = headers.PEHeader!;

        // .NET reads the unsigned fields as signed ones.
        var (offset, size) = unchecked(
            ((uint)header.CertificateTableDirectory.RelativeVirtualAddress, (uint)header.CertificateTableDirectory.Size));
        if (header.NumberOfRvaAndSizes <= 4 || (offset == 0 && size == 0))
        {
            return new SignedImage(content, headers, content.Length, [], []);
        }

        if (offset == 0 || size == 0 || (long)offset + size > content.Length || size > MaxTableBytes)
        {
            throw Malformed(string.Create(CultureInfo.InvariantCulture,
                $"its certificate table (offset 0x{offset:x}, {size} bytes) does not lie in the file ({content.Length} bytes)"));
        }

        var problems = new List<string>();
        if (offset % EntryBytes != 0)
        {
            problems.Add("The certificate table does not begin at a multiple of 8.");
        }

        if ((long)offset + size != content.Length)
        {
            problems.Add("There are bytes behind the certificate table, which no signature covers.");
        }

        var table = new byte[size];
        content.Position = offset;
        await content.ReadExactlyAsync(table, cancellationToken).ConfigureAwait(false);
        return new SignedImage(content, headers, offset, ReadEntries(table, problems), problems);
    }

    /// <summary>Reads the file once.</summary>
    /// <param name="algorithms">Which digests are wanted.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The Authenticode digests, and the checksum that the file should state.</returns>
    public async Task<(IReadOnlyDictionary<HashAlgorithmName, byte[]> Digests, uint Checksum)> ComputeAsync(
        IReadOnlyList<HashAlgorithmName> algorithms, CancellationToken cancellationToken)
    {
        var hashes = algorithms.Select(IncrementalHash.CreateHash).ToList();
        var sum = new WordSum();
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            _content.Position = 0;
            long position = 0;
            int read;
            while ((read = await _content.ReadAtLeastAsync(
                buffer.AsMemory(0, BufferBytes), BufferBytes, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false)) > 0)
            {
                foreach (var (start, end) in HashedRanges(position, position + read))
                {
                    hashes.ForEach(hash => hash.AppendData(buffer, (int)(start - position), (int)(end - start)));
                }

                BlankChecksum(buffer, position, read);
                sum.Add(buffer.AsSpan(0, read));
                position += read;
            }

            return (
                algorithms.Zip(hashes).ToDictionary(pair => pair.First, pair => pair.Second.GetHashAndReset()),
                sum.Finish(position));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            hashes.ForEach(hash => hash.Dispose());
        }
    }

    /// <summary>What is wrong with the layout of the file.</summary>
    /// <param name="checksum">From <see cref="ComputeAsync"/>.</param>
    public IReadOnlyList<string> Problems(uint checksum) => _statedChecksum == 0 || _statedChecksum == checksum
        ? _problems
        : [.. _problems, string.Create(CultureInfo.InvariantCulture,
            $"The CheckSum of the optional header is 0x{_statedChecksum:x8}; the file's is 0x{checksum:x8}.")];

    private static PEHeaders ReadHeaders(Stream content)
    {
        try
        {
            content.Position = 0;
            var headers = new PEHeaders(content, (int)Math.Min(content.Length, int.MaxValue));
            return headers.PEHeader is not null
                ? headers
                : throw Malformed("it has no optional header");
        }
        catch (Exception exception) when (
            exception is BadImageFormatException or EndOfStreamException or OverflowException or ArgumentException)
        {
            throw Malformed("its headers cannot be read", exception);
        }
    }

    private static List<byte[]> ReadEntries(byte[] table, List<string> problems)
    {
        var signatures = new List<byte[]>();
        for (long offset = 0; offset < table.Length;)
        {
            var entry = table.AsSpan((int)offset);
            var length = entry.Length < EntryBytes ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(entry);
            if (length <= EntryBytes || length > entry.Length)
            {
                throw Malformed(string.Create(CultureInfo.InvariantCulture,
                    $"entry at {offset} of its certificate table has {length} bytes, and {entry.Length} are left"));
            }

            // WIN_CERT_REVISION_2_0 and WIN_CERT_TYPE_PKCS_SIGNED_DATA.
            if (BinaryPrimitives.ReadUInt32LittleEndian(entry[4..]) != 0x0002_0200)
            {
                problems.Add("The certificate table has an entry that is no PKCS#7 signature.");
            }
            else
            {
                signatures.Add(entry[EntryBytes..(int)length].ToArray());
            }

            offset += (length + 7L) / 8 * 8;
        }

        return signatures;
    }

    // What lies between two positions and is hashed: all but checksum, directory entry and certificate table.
    private IEnumerable<(long Start, long End)> HashedRanges(long from, long to)
    {
        (long Start, long End)[] hashed =
        [
            (0, _checksumOffset),
            (_checksumOffset + ChecksumBytes, _entryOffset),
            (_entryOffset + EntryBytes, _contentEnd),
        ];
        return hashed
            .Select(range => (Start: Math.Max(range.Start, from), End: Math.Min(range.End, to)))
            .Where(range => range.Start < range.End);
    }

    private void BlankChecksum(byte[] buffer, long position, int read)
    {
        var start = Math.Max(_checksumOffset, position);
        var end = Math.Min(_checksumOffset + ChecksumBytes, position + read);
        if (start < end)
        {
            buffer.AsSpan((int)(start - position), (int)(end - start)).Clear();
        }
    }

    private static SignatureFormatException Malformed(string what, Exception? cause = null) =>
        new(FormatFailure.Malformed, $"This is no well-formed PE file: {what}.", cause);
}
