using System.Text;
using Signet.Formats.Detached;

namespace Signet.Formats.OpenPgp.Verification;

/// <summary>Verifies clear-signed documents (RFC 9580 section 7), line by line, and compares them with their original.</summary>
internal static class ClearSignedVerifier
{
    private const string SignatureStart = "-----BEGIN PGP SIGNATURE-----";

    /// <summary>Says who signed the document and whether it holds.</summary>
    /// <param name="document">The clear-signed document; it can seek.</param>
    /// <param name="original">The text as it was before; null where it is not at hand. It can seek.</param>
    /// <param name="trust">Which keys are trusted.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="SignatureFormatException">It is no clear-signed document.</exception>
    public static async Task<VerificationReport> VerifyAsync(
        Stream document, Stream? original, TrustAnchors trust, CancellationToken cancellationToken)
    {
        // The signature stands at the end and says how the text is hashed, so the text is read twice.
        var textStart = await SkipHeadersAsync(document, cancellationToken).ConfigureAwait(false);
        var signatures = OpenPgpSignatures.Read(
            await ReadSignatureAsync(document, textStart, cancellationToken).ConfigureAwait(false), trust);
        var same = await HashAsync(document, textStart, original, signatures, cancellationToken).ConfigureAwait(false);
        var reports = signatures.Finish().Select(report => same
            ? report
            : report with { Problems = [.. report.Problems, "The document is another text than the file beside it."] }).ToList();
        return new VerificationReport("openpgp-clear", reports);
    }

    private static async Task<long> SkipHeadersAsync(Stream document, CancellationToken cancellationToken)
    {
        document.Position = 0;
        var lines = new DocumentLines(document);
        if (await lines.ReadAsync(cancellationToken).ConfigureAwait(false) is not { } first
            || Plain(first.Span) != "-----BEGIN PGP SIGNED MESSAGE-----")
        {
            throw Malformed("does not begin with -----BEGIN PGP SIGNED MESSAGE-----");
        }

        while (await lines.ReadAsync(cancellationToken).ConfigureAwait(false) is { } line)
        {
            var header = Plain(line.Span);
            if (header.Length == 0)
            {
                return lines.Position;
            }

            // Section 7.1: a document with another header must be refused, or text could hide there.
            if (!header.StartsWith("Hash: ", StringComparison.Ordinal))
            {
                throw Malformed("has an armour header that is not 'Hash'");
            }
        }

        throw Malformed("ends within its headers");
    }

    private static async Task<byte[]> ReadSignatureAsync(Stream document, long start, CancellationToken cancellationToken)
    {
        document.Position = start;
        var lines = new DocumentLines(document);
        long position;
        do
        {
            position = start + lines.Position;
            if (await lines.ReadAsync(cancellationToken).ConfigureAwait(false) is not { } line)
            {
                throw Malformed("has no signature behind its text");
            }

            if (Plain(line.Span) == SignatureStart)
            {
                break;
            }
        }
        while (true);

        document.Position = position;
        return await SignatureFile.ReadRestAsync(document, cancellationToken).ConfigureAwait(false);
    }

    // Whether the text is that of the original.
    private static async Task<bool> HashAsync(
        Stream document, long start, Stream? original, OpenPgpSignatures signatures, CancellationToken cancellationToken)
    {
        document.Position = start;
        var lines = new DocumentLines(document);
        var comparison = original is null ? null : new TextComparison(original);
        var first = true;
        while (await lines.ReadAsync(cancellationToken).ConfigureAwait(false) is { } line && Plain(line.Span) != SignatureStart)
        {
            var text = Unescape(line);
            if (!first)
            {
                signatures.Update("\r\n"u8.ToArray());
            }

            first = false;
            signatures.Update(text[..text.Span.TrimEnd(" \t\r\n"u8).Length]);
            if (comparison is not null)
            {
                await comparison.NextAsync(text, cancellationToken).ConfigureAwait(false);
            }
        }

        return comparison is null || comparison.EndsHere();
    }

    // Section 7.2.
    private static ReadOnlyMemory<byte> Unescape(ReadOnlyMemory<byte> line)
    {
        if (line.Span.StartsWith("- "u8))
        {
            return line[2..];
        }

        return line.Span.StartsWith("-"u8)
            ? throw Malformed("has a line that begins with a dash and is not escaped")
            : line;
    }

    private static string Plain(ReadOnlySpan<byte> line) => Encoding.Latin1.GetString(line.TrimEnd(" \t\r\n"u8));

    private static SignatureFormatException Malformed(string what) => new(
        FormatFailure.Malformed, $"The clear-signed document {what} (RFC 9580 section 7).");
}
