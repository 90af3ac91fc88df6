using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;

namespace Signet.Formats.PortableExecutable;

/// <summary>
/// The hashes of an image's pages, for SpcPeImagePageHashesV2: of the headers without what the digest leaves out, and of each page
/// of each section, each with its offset in the file and with zeros up to a whole page; last the end of the sections with a
/// hash of zeros. Microsoft published no specification; osslsigncode and relic agree on this.
/// </summary>
/// <remarks>Not safe for use by several threads at once.</remarks>
internal sealed class PageHashes : IDisposable
{
    private const int HashBytes = SHA256.HashSizeInBytes;
    private const int EntryBytes = sizeof(uint) + HashBytes;

    // Leaves room for the rest of a certificate table of 16 MB.
    private const int MaxBytes = 12 << 20;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly MemoryStream _entries = new();
    private readonly ImageLayout _layout;
    private long _position;
    private int _section = -1;
    private long _pageStart;
    private long _pageEnd;

    /// <summary>Begins with the headers.</summary>
    /// <exception cref="SignatureFormatException">The image's layout allows no page hashes.</exception>
    public PageHashes(ImageLayout layout)
    {
        _layout = layout;
        var firstSection = layout.Sections.Count > 0 ? layout.Sections[0].Offset : uint.MaxValue;
        if (layout.HeadersSize > layout.PageBytes || layout.HeadersSize < layout.HeadersEnd || layout.HeadersSize > firstSection)
        {
            throw Refused($"its SizeOfHeaders ({layout.HeadersSize}) does not reach from the section table to at most the first section and the end of a page");
        }

        if (layout.Sections.Zip(layout.Sections.Skip(1)).Any(pair => pair.First.Number > pair.Second.Number))
        {
            throw Refused($"its section table is in another order than its sections");
        }

        var pages = layout.Sections.Sum(section => (section.Size + layout.PageBytes - 1L) / layout.PageBytes) + 2;
        if (pages * EntryBytes > MaxBytes)
        {
            throw Refused($"it has {pages} pages, and a signature has place for the hashes of {MaxBytes / EntryBytes}");
        }

        _pageEnd = layout.HeadersSize;
    }

    /// <summary>Takes the bytes that follow those taken before.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty && _pageEnd > 0)
        {
            if (_position < _pageStart)
            {
                // Between sections.
                var skipped = (int)Math.Min(bytes.Length, _pageStart - _position);
                bytes = bytes[skipped..];
                _position += skipped;
                continue;
            }

            var count = (int)Math.Min(bytes.Length, _pageEnd - _position);
            AppendWithoutHoles(bytes[..count]);
            bytes = bytes[count..];
            _position += count;
            if (_position == _pageEnd)
            {
                EndPage();
            }
        }
    }

    /// <summary>The entries, one behind the other.</summary>
    /// <exception cref="SignatureFormatException">The file ended inside of a page.</exception>
    public byte[] Finish()
    {
        if (_pageEnd > 0)
        {
            throw Refused($"it ends at 0x{_position:x}, inside of its headers or sections");
        }

        var end = _layout.Sections.Count > 0 ? _layout.Sections[^1].End : 0;
        WriteEntry((uint)Math.Min(end, uint.MaxValue), new byte[HashBytes]);
        return _entries.ToArray();
    }

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();

    private void AppendWithoutHoles(ReadOnlySpan<byte> bytes)
    {
        if (_section >= 0)
        {
            _hash.AppendData(bytes);
            return;
        }

        // The headers come in one piece or a few, so this is done byte by byte.
        for (var index = 0; index < bytes.Length; index++)
        {
            var position = _position + index;
            var isHole = (position >= _layout.ChecksumOffset && position < _layout.ChecksumOffset + 4)
                || (position >= _layout.CertificateEntryOffset && position < _layout.CertificateEntryOffset + 8);
            if (!isHole)
            {
                _hash.AppendData(bytes.Slice(index, 1));
            }
        }
    }

    private void EndPage()
    {
        // What the holes leave out is not made up for.
        _hash.AppendData(new byte[_layout.PageBytes - (_pageEnd - _pageStart)]);
        WriteEntry((uint)_pageStart, _hash.GetHashAndReset());
        if (_section < 0 || _pageEnd == _layout.Sections[_section].End)
        {
            _section++;
            if (_section == _layout.Sections.Count)
            {
                _pageEnd = 0;
                return;
            }

            _pageStart = _layout.Sections[_section].Offset;
        }
        else
        {
            _pageStart = _pageEnd;
        }

        _pageEnd = Math.Min(_pageStart + _layout.PageBytes, _layout.Sections[_section].End);
    }

    private void WriteEntry(uint offset, byte[] hash)
    {
        Span<byte> encoded = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(encoded, offset);
        _entries.Write(encoded);
        _entries.Write(hash);
    }

    private static SignatureFormatException Refused(FormattableString why) => new(
        FormatFailure.InvalidChoice,
        $"Page hashes were asked for, and this image can have none: {why.ToString(CultureInfo.InvariantCulture)}.");
}
