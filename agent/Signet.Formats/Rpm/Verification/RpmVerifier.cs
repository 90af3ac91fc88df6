using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Signet.Formats.OpenPgp.Verification;

namespace Signet.Formats.Rpm.Verification;

/// <summary>Verifies signatures of RPM packages over a seekable file, with a reader of its own.</summary>
internal static class RpmVerifier
{
    private const int LeadBytes = 96;
    private const int MaxSignatureBytes = 1 << 20;

    /// <summary>Says who signed the package and whether each signature holds.</summary>
    /// <param name="package">The package from its first byte; it can seek.</param>
    /// <param name="trust">Which keys are trusted.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="SignatureFormatException">It is no RPM.</exception>
    public static async Task<VerificationReport> VerifyAsync(
        Stream package, TrustAnchors trust, CancellationToken cancellationToken)
    {
        var lead = new byte[4];
        package.Position = 0;
        if (package.Length < LeadBytes || await package.ReadAtLeastAsync(lead, 4, false, cancellationToken).ConfigureAwait(false) < 4
            || !lead.AsSpan().SequenceEqual(RpmFormat.LeadMagic))
        {
            throw RpmHeader.Malformed("has no lead");
        }

        var signatureHeader = await RpmHeader.ReadAsync(package, LeadBytes, cancellationToken).ConfigureAwait(false);
        var header = await RpmHeader.ReadAsync(
            package, signatureHeader.End + ((8 - (signatureHeader.End % 8)) % 8), cancellationToken).ConfigureAwait(false);
        var overHeader = await SignaturesAsync(signatureHeader, [267, 268, 278], trust, cancellationToken).ConfigureAwait(false);
        var overAll = await SignaturesAsync(signatureHeader, [1002, 1005], trust, cancellationToken).ConfigureAwait(false);
        await header.HandOnAsync(header.Start, header.End, Both, cancellationToken).ConfigureAwait(false);

        var (stated, hash) = await StatedDigestAsync(header, cancellationToken).ConfigureAwait(false);
        using var payload = IncrementalHash.CreateHash(hash ?? HashAlgorithmName.SHA256);
        await header.HandOnAsync(header.End, package.Length, Payload, cancellationToken).ConfigureAwait(false);
        var actual = Convert.ToHexStringLower(payload.GetHashAndReset());

        // What signs the header alone covers the payload through its digest.
        string[] problems = hash is null ? ["The header has no digest of the payload, so nothing covers the payload."]
            : actual != stated ? ["The payload was changed after it was signed: its digest is another one."]
            : [];
        return new VerificationReport(
            "rpm",
            [
                .. overHeader.SelectMany(signature => signature.Finish())
                    .Select(report => report with { Problems = [.. report.Problems, .. problems] }),
                .. overAll.SelectMany(signature => signature.Finish()),
            ]);

        void Both(ReadOnlyMemory<byte> bytes)
        {
            overHeader.ForEach(signature => signature.Update(bytes));
            overAll.ForEach(signature => signature.Update(bytes));
        }

        void Payload(ReadOnlyMemory<byte> bytes)
        {
            payload.AppendData(bytes.Span);
            overAll.ForEach(signature => signature.Update(bytes));
        }
    }

    private static async Task<List<OpenPgpSignatures>> SignaturesAsync(
        RpmHeader header, int[] tags, TrustAnchors trust, CancellationToken cancellationToken)
    {
        var signatures = new List<OpenPgpSignatures>();
        foreach (var tag in tags)
        {
            if (header.Find(tag) is { } entry)
            {
                // BIN, or for the newest tag base64 texts, which are not read here.
                if (entry.Type != 7 || entry.Count > MaxSignatureBytes)
                {
                    throw RpmHeader.Malformed($"has a signature (tag {tag}) of a form that is not read here");
                }

                signatures.Add(OpenPgpSignatures.Read(
                    await header.ReadAsync(entry.Offset, entry.Count, cancellationToken).ConfigureAwait(false), trust));
            }
        }

        return signatures;
    }

    private static async Task<(string Hex, HashAlgorithmName? Hash)> StatedDigestAsync(
        RpmHeader header, CancellationToken cancellationToken)
    {
        if (header.Find(5092) is not { } digest || header.Find(5093) is not { } algorithm)
        {
            return (string.Empty, null);
        }

        var number = BinaryPrimitives.ReadInt32BigEndian(
            await header.ReadAsync(algorithm.Offset, 4, cancellationToken).ConfigureAwait(false));
        (HashAlgorithmName? Hash, int Digits) = number switch
        {
            8 => (HashAlgorithmName.SHA256, 64),
            9 => (HashAlgorithmName.SHA384, 96),
            10 => (HashAlgorithmName.SHA512, 128),
            _ => ((HashAlgorithmName?)null, 0),
        };
        var text = await header.ReadAsync(digest.Offset, Digits, cancellationToken).ConfigureAwait(false);
        return (Encoding.ASCII.GetString(text).ToLowerInvariant(), Hash);
    }
}
