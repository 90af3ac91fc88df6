using System.Security.Cryptography;
using System.Text;
using Signet.Formats.Detached;
using Signet.Formats.OpenPgp.Verification;

namespace Signet.Formats.OpenPgp;

/// <summary>
/// Text files, clear-signed (RFC 9580 section 7): a new document beside the original holds the text and its OpenPGP
/// signature, as <c>gpg --clearsign</c> writes it.
/// </summary>
/// <param name="time">When a signature is made, which OpenPGP signatures say.</param>
public sealed class OpenPgpClearFormat(TimeProvider time) : IDetachedFormat
{
    private static ReadOnlySpan<byte> Start => "-----BEGIN PGP SIGNED MESSAGE-----"u8;

    /// <inheritdoc/>
    public string Name => "openpgp-clear";

    /// <inheritdoc/>
    public string Suffix => ".asc";

    /// <inheritdoc/>
    public bool RequiresRandomAccess => false;

    /// <inheritdoc/>
    public bool CarriesTimestamps => false;

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Extensions => [];

    /// <inheritdoc/>
    public bool MatchesContent(ReadOnlySpan<byte> head) => head.StartsWith(Start);

    /// <inheritdoc/>
    public async Task<IPreparedSignature> PrepareAsync(
        Stream content, SigningChoices choices, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(content);
        ArgumentNullException.ThrowIfNull(choices);
        SignatureFile.RequireNoAppend(choices, Name);
        var hash = IncrementalHash.CreateHash(choices.HashAlgorithm);
        try
        {
            var text = new ClearText(hash);
            await HashedContent.ReadAsync(content, text.Update, cancellationToken).ConfigureAwait(false);
            return new PreparedOpenPgp(
                hash, choices.HashAlgorithm, OpenPgpSignature.Text, time,
                packet => ToEdits(text, choices.HashAlgorithm, packet));
        }
        catch
        {
            hash.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public Task<VerificationReport> VerifyAsync(
        Stream content, TrustAnchors trust, CancellationToken cancellationToken) =>
        ClearSignedVerifier.VerifyAsync(content, null, trust, cancellationToken);

    /// <inheritdoc/>
    public Task<VerificationReport> VerifyDetachedAsync(
        Stream content, Stream signature, TrustAnchors trust, CancellationToken cancellationToken) =>
        ClearSignedVerifier.VerifyAsync(signature, content, trust, cancellationToken);

    // The text stays as it is but for the dashes (section 7.2); what is added stands around it.
    private static List<Edit> ToEdits(ClearText text, HashAlgorithmName hash, byte[] packet)
    {
        var header = Encoding.ASCII.GetBytes($"-----BEGIN PGP SIGNED MESSAGE-----\nHash: {hash.Name}\n\n");
        var edits = new List<Edit>(text.DashLines.Count + 2);
        if (text.DashLines is not [0, ..])
        {
            edits.Add(new Edit(0, 0, header));
        }

        foreach (var offset in text.DashLines)
        {
            edits.Add(new Edit(offset, 0, offset == 0 ? (byte[])[.. header, .. "- "u8] : "- "u8.ToArray()));
        }

        var armour = Armor.Write("PGP SIGNATURE", packet);
        byte[] footer = text.EndsWithLineFeed ? armour : [(byte)'\n', .. armour];
        if (text.SizeBytes == 0)
        {
            return [new Edit(0, 0, (byte[])[.. header, .. footer])];
        }

        edits.Add(new Edit(text.SizeBytes, 0, footer));
        return edits;
    }
}
