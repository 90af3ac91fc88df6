using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Signet.Formats.Authenticode.Verification;

namespace Signet.Formats.Scripts.Verification;

/// <summary>
/// Verifies the signatures of a script. It shares no code with what signs but the table of languages and the byte order marks:
/// the block is found by its bytes, and the text is read by .NET's encodings.
/// </summary>
internal static class ScriptVerifier
{
    /// <summary>Says who signed the script and whether each signature holds.</summary>
    /// <param name="content">The file from its first byte; it can seek.</param>
    /// <param name="language">What kind of script it is.</param>
    /// <param name="trust">Which roots are trusted.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="SignatureFormatException">It is no text, or its signature block is broken.</exception>
    public static async Task<VerificationReport> VerifyAsync(
        Stream content, ScriptLanguage language, TrustAnchors trust, CancellationToken cancellationToken)
    {
        var text = await ScriptText.OpenAsync(content, language.Unmarked, cancellationToken).ConfigureAwait(false);
        var block = await SignatureBlock.FindAsync(content, text, language, cancellationToken).ConfigureAwait(false);
        if (block is null)
        {
            return new VerificationReport(language.Name, []);
        }

        var signatures = EmbeddedSignature.ReadWithNested(block.Signature, trust.KnownCertificates).ToList();
        var digests = new Dictionary<HashAlgorithmName, byte[]>();
        foreach (var algorithm in signatures.Select(signature => signature.ContentHashAlgorithm).OfType<HashAlgorithmName>().Distinct())
        {
            digests[algorithm] = await HashAsync(content, text, block, language, algorithm, cancellationToken).ConfigureAwait(false);
        }

        return new VerificationReport(language.Name, [.. signatures.Select((signature, index) => signature.Verify(
            algorithm => digests[algorithm], trust, index == 0 ? block.Problems : []))]);
    }

    private static async Task<byte[]> HashAsync(
        Stream content, ScriptText text, SignatureBlock block, ScriptLanguage language, HashAlgorithmName algorithm,
        CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(algorithm);
        if (language.SignsByteOrderMark && text.HasMark)
        {
            hash.AppendData(Encoding.Unicode.GetBytes("\ufeff"));
        }

        var position = await text.HashAsync(hash, text.Start, block.Start, cancellationToken).ConfigureAwait(false);
        if (language.BlockBefore is not null)
        {
            await text.HashAsync(hash, block.End, content.Length, cancellationToken).ConfigureAwait(false);
        }

        if (language.SignsPosition)
        {
            if (position > int.MaxValue)
            {
                throw ScriptFormat.Malformed("its signature lies behind 2^31 characters");
            }

            var encoded = new byte[4];
            BinaryPrimitives.WriteInt32LittleEndian(encoded, (int)position);
            hash.AppendData(encoded);
        }

        return hash.GetHashAndReset();
    }
}
