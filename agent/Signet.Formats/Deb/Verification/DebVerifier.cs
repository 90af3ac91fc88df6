using System.Globalization;
using System.Text;
using Signet.Formats.OpenPgp.Verification;

namespace Signet.Formats.Deb.Verification;

/// <summary>Verifies signatures in Debian packages; it finds its members by an index of its own.</summary>
internal static class DebVerifier
{
    private const int HeaderBytes = 60;
    private const int MaxSignatureBytes = 1 << 20;
    private const int MaxMembers = 64;

    /// <summary>Says who signed the package and whether each signature holds.</summary>
    /// <param name="package">The package from its first byte; it can seek.</param>
    /// <param name="trust">Which keys are trusted.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="SignatureFormatException">It is no Debian package.</exception>
    public static async Task<VerificationReport> VerifyAsync(
        Stream package, TrustAnchors trust, CancellationToken cancellationToken)
    {
        var members = await IndexAsync(package, cancellationToken).ConfigureAwait(false);
        var signatures = new List<OpenPgpSignatures>();
        foreach (var member in members.Where(member => member.Name.StartsWith("_gpg", StringComparison.Ordinal)))
        {
            signatures.Add(OpenPgpSignatures.Read(
                await ReadSmallAsync(package, member, cancellationToken).ConfigureAwait(false), trust));
        }

        foreach (var member in SignedParts(members))
        {
            await HandOnAsync(package, member, signatures, cancellationToken).ConfigureAwait(false);
        }

        return new VerificationReport("deb", [.. signatures.SelectMany(signature => signature.Finish())]);
    }

    // What dpkg unpacks: the first three members that it does not pass over, of which each may be there once.
    private static List<Member> SignedParts(List<Member> members)
    {
        var parts = members.Where(member => !member.Name.StartsWith('_')).ToList();
        return parts.Count == 3 && parts[0].Name == "debian-binary" && IsTar(parts[1].Name, "control") && IsTar(parts[2].Name, "data")
            ? parts
            : throw Malformed("has other members than debian-binary, control.tar and data.tar");
    }

    private static bool IsTar(string name, string what) =>
        name == what + ".tar" || (name.StartsWith(what + ".tar.", StringComparison.Ordinal) && name.LastIndexOf('.') == what.Length + 4);

    private static async Task<List<Member>> IndexAsync(Stream package, CancellationToken cancellationToken)
    {
        var header = new byte[HeaderBytes];
        package.Position = 0;
        await ReadAsync(package, header.AsMemory(0, 8), cancellationToken).ConfigureAwait(false);
        if (!header.AsSpan(0, 8).SequenceEqual("!<arch>\n"u8))
        {
            throw Malformed("is no ar archive");
        }

        var members = new List<Member>();
        while (package.Position < package.Length)
        {
            await ReadAsync(package, header, cancellationToken).ConfigureAwait(false);
            var member = Parse(header, package.Position);
            if (member.Size > package.Length - member.Start || members.Count == MaxMembers)
            {
                throw Malformed($"has a member at byte {member.Start} that does not fit");
            }

            members.Add(member);
            package.Position = Math.Min(package.Length, member.Start + member.Size + (member.Size & 1));
        }

        return members;
    }

    private static Member Parse(ReadOnlySpan<byte> header, long start)
    {
        var size = Encoding.Latin1.GetString(header.Slice(48, 10)).TrimEnd();
        if (header[58] != '`' || header[59] != '\n' || size.Length == 0 || size.Any(digit => !char.IsAsciiDigit(digit)))
        {
            throw Malformed($"has a broken header before byte {start}");
        }

        var name = Encoding.Latin1.GetString(header[..16]).TrimEnd();
        return new Member(
            name.Length > 0 && name[^1] == '/' ? name[..^1] : name, start, long.Parse(size, CultureInfo.InvariantCulture));
    }

    private static async Task<byte[]> ReadSmallAsync(Stream package, Member member, CancellationToken cancellationToken)
    {
        if (member.Size > MaxSignatureBytes)
        {
            throw Malformed($"has a signature of {member.Size} bytes");
        }

        var bytes = new byte[member.Size];
        package.Position = member.Start;
        await ReadAsync(package, bytes, cancellationToken).ConfigureAwait(false);
        return bytes;
    }

    private static async Task HandOnAsync(
        Stream package, Member member, List<OpenPgpSignatures> signatures, CancellationToken cancellationToken)
    {
        package.Position = member.Start;
        var buffer = new byte[64 << 10];
        for (var left = member.Size; left > 0;)
        {
            var part = buffer.AsMemory(0, (int)Math.Min(buffer.Length, left));
            await ReadAsync(package, part, cancellationToken).ConfigureAwait(false);
            signatures.ForEach(signature => signature.Update(part));
            left -= part.Length;
        }
    }

    private static async Task ReadAsync(Stream package, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            await package.ReadExactlyAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (EndOfStreamException exception)
        {
            throw new SignatureFormatException(FormatFailure.Malformed, "The Debian package is cut off.", exception);
        }
    }

    private static SignatureFormatException Malformed(string what) => new(
        FormatFailure.Malformed, $"The Debian package {what} (deb(5)).");

    private sealed record Member(string Name, long Start, long Size);
}
