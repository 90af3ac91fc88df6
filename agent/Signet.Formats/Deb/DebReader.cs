using System.Buffers;
using System.Globalization;
using System.Text;

namespace Signet.Formats.Deb;

/// <summary>A member of the archive.</summary>
/// <param name="Name">Without padding and trailing slash.</param>
/// <param name="Offset">Where its header begins.</param>
/// <param name="TotalBytes">Header, content and padding together.</param>
internal sealed record DebMember(string Name, long Offset, long TotalBytes);

/// <summary>Reads a Debian package (deb(5), ar(5)) once, and hands on what a signature covers.</summary>
/// <param name="content">The package from its first byte.</param>
/// <param name="signed">Gets debian-binary, control.tar and data.tar, one behind the other, without their headers.</param>
internal sealed class DebReader(Stream content, Action<ReadOnlyMemory<byte>> signed)
{
    /// <summary>The member that holds the signature of the package's origin.</summary>
    public const string OriginSignature = "_gpgorigin";

    private const int HeaderBytes = 60;
    private const int MaxMembers = 64;

    private static readonly string[] Expected = ["debian-binary", "control.tar", "data.tar"];

    private readonly List<DebMember> _signatures = [];
    private readonly byte[] _header = new byte[HeaderBytes];

    /// <summary>Members that hold signatures, in the order of the file.</summary>
    public IReadOnlyList<DebMember> Signatures => _signatures;

    /// <summary>Size of the package.</summary>
    public long SizeBytes { get; private set; }

    /// <summary>What brings the last member to an even size; empty where it has one.</summary>
    public byte[] MissingPadding { get; private set; } = [];

    /// <summary>Reads it to its end.</summary>
    /// <exception cref="SignatureFormatException">It is no Debian package of version 2.</exception>
    public async Task ReadAsync(CancellationToken cancellationToken)
    {
        var magic = new byte[8];
        if (await FillAsync(magic, cancellationToken).ConfigureAwait(false) < magic.Length || !magic.AsSpan().SequenceEqual("!<arch>\n"u8))
        {
            throw Malformed("does not begin with !<arch>");
        }

        var found = 0;
        for (var count = 0; ; count++)
        {
            var offset = SizeBytes;
            var read = await FillAsync(_header, cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                break;
            }

            if (read < HeaderBytes || count == MaxMembers)
            {
                throw Malformed(read < HeaderBytes ? $"ends within the header at byte {offset}" : $"has more than {MaxMembers} members");
            }

            var (name, size) = ParseHeader(offset);
            var kind = Kind(name);
            if (kind >= 0 && kind != found++)
            {
                throw Malformed($"has member '{name}' at byte {offset} twice or out of order");
            }

            await ReadMemberAsync(kind >= 0, size, cancellationToken).ConfigureAwait(false);
            if (name.StartsWith("_gpg", StringComparison.Ordinal))
            {
                _signatures.Add(new DebMember(name, offset, SizeBytes - offset));
            }
        }

        if (found < Expected.Length)
        {
            throw Malformed($"has no member '{Expected[found]}'");
        }
    }

    /// <summary>The member with a signature.</summary>
    public static byte[] WriteSignature(byte[] packet)
    {
        var header = string.Create(
            CultureInfo.InvariantCulture, $"{OriginSignature,-16}{0,-12}{0,-6}{0,-6}{"100644",-8}{packet.Length,-10}`\n");
        byte[] padding = packet.Length % 2 == 0 ? [] : [(byte)'\n'];
        return [.. Encoding.ASCII.GetBytes(header), .. packet, .. padding];
    }

    // The place of a member that is signed; -1 for one that readers pass over.
    private static int Kind(string name)
    {
        if (name.StartsWith('_'))
        {
            return -1;
        }

        var dot = name.IndexOf('.', name.StartsWith("control.tar", StringComparison.Ordinal) ? 11 : Math.Min(8, name.Length));
        var place = Array.IndexOf(Expected, dot < 0 ? name : name[..dot]);
        return place >= 0
            ? place
            : throw new SignatureFormatException(
                FormatFailure.Unsupported, $"The package has a member '{name}', which no signature would cover.");
    }

    private (string Name, long Size) ParseHeader(long offset)
    {
        var text = Encoding.Latin1.GetString(_header);
        if (!text.EndsWith("`\n", StringComparison.Ordinal)
            || !long.TryParse(text.AsSpan(48, 10).TrimEnd(' '), NumberStyles.None, CultureInfo.InvariantCulture, out var size))
        {
            throw Malformed($"has a header at byte {offset} that is none of ar");
        }

        var name = text[..16].TrimEnd(' ');
        return (name.EndsWith('/') ? name[..^1] : name, size);
    }

    private async Task ReadMemberAsync(bool isSigned, long size, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(128 << 10);
        try
        {
            for (var left = size; left > 0;)
            {
                var part = buffer.AsMemory(0, (int)Math.Min(buffer.Length, left));
                var count = await content.ReadAsync(part, cancellationToken).ConfigureAwait(false);
                if (count == 0)
                {
                    throw Malformed($"ends within a member, {left} bytes too early");
                }

                if (isSigned)
                {
                    signed(part[..count]);
                }

                left -= count;
                SizeBytes += count;
            }

            if (size % 2 != 0 && await FillAsync(buffer.AsMemory(0, 1), cancellationToken).ConfigureAwait(false) == 0)
            {
                MissingPadding = [(byte)'\n'];
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task<int> FillAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var count = await content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken)
            .ConfigureAwait(false);
        SizeBytes += count;
        return count;
    }

    private static SignatureFormatException Malformed(string what) => new(
        FormatFailure.Malformed, $"The Debian package {what} (deb(5)).");
}
