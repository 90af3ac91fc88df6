using System.Security.Cryptography;
using Signet.Formats.OpenPgp;

namespace Signet.Formats.Deb;

/// <summary>
/// Debian packages with an OpenPGP signature inside, as debsigs makes it and debsig-verify reads it: a member
/// <c>_gpgorigin</c> behind the others, which dpkg passes over (deb(5)).
/// </summary>
/// <param name="time">When a signature is made, which OpenPGP signatures say.</param>
public sealed class DebFormat(TimeProvider time) : ISignatureFormat
{
    /// <inheritdoc/>
    public string Name => "deb";

    /// <inheritdoc/>
    public bool RequiresRandomAccess => false;

    /// <inheritdoc/>
    public bool CarriesTimestamps => false;

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Extensions { get; } = [".deb", ".udeb", ".ddeb"];

    /// <inheritdoc/>
    public bool MatchesContent(ReadOnlySpan<byte> head) => head.StartsWith("!<arch>\ndebian-binary"u8);

    /// <inheritdoc/>
    public async Task<IPreparedSignature> PrepareAsync(
        Stream content, SigningChoices choices, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(content);
        ArgumentNullException.ThrowIfNull(choices);
        var hash = IncrementalHash.CreateHash(choices.HashAlgorithm);
        try
        {
            var archive = new DebReader(content, bytes => hash.AppendData(bytes.Span));
            await archive.ReadAsync(cancellationToken).ConfigureAwait(false);
            var removed = ToRemove(archive.Signatures, choices.ExistingSignature);
            return new PreparedOpenPgp(
                hash, choices.HashAlgorithm, OpenPgpSignature.Binary, time,
                packet => ToEdits(archive, removed, packet));
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
        Verification.DebVerifier.VerifyAsync(content, trust, cancellationToken);

    // A package has one signature of each kind: of its origin, its maintainer, its archive.
    private static IReadOnlyList<DebMember> ToRemove(IReadOnlyList<DebMember> signatures, ExistingSignatureRule rule)
    {
        if (rule == ExistingSignatureRule.Replace)
        {
            return signatures;
        }

        if (signatures.Any(member => member.Name == DebReader.OriginSignature))
        {
            throw rule == ExistingSignatureRule.Refuse
                ? new SignatureFormatException(
                    FormatFailure.AlreadySigned, "The package is signed already, and the request says to refuse that.")
                : new SignatureFormatException(
                    FormatFailure.InvalidChoice,
                    "A Debian package has one signature of its origin, so none can be appended. Choose refuse or replace.");
        }

        return [];
    }

    private static List<Edit> ToEdits(DebReader archive, IReadOnlyList<DebMember> removed, byte[] packet)
    {
        var edits = removed.Select(member => new Edit(member.Offset, member.TotalBytes, default)).ToList();
        edits.Add(new Edit(archive.SizeBytes, 0, (byte[])[.. archive.MissingPadding, .. DebReader.WriteSignature(packet)]));
        return edits;
    }
}
