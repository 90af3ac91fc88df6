using System.Collections.Frozen;

namespace Signet.Formats.Cabinets;

/// <summary>Cabinets, signed with Authenticode; also single cabinets of a set that spans several.</summary>
/// <remarks>[MS-CAB] "Cabinet File Format"; "Authenticode" in the Cabinet SDK (Microsoft).</remarks>
public sealed class CabinetFormat : ISignatureFormat
{
    private static readonly FrozenSet<string> Names = new[] { ".cab" }.ToFrozenSet(StringComparer.Ordinal);

    /// <inheritdoc/>
    public string Name => "cab";

    /// <inheritdoc/>
    public bool RequiresRandomAccess => false;

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Extensions => Names;

    /// <inheritdoc/>
    public bool MatchesContent(ReadOnlySpan<byte> head) => head.StartsWith("MSCF\0\0\0\0"u8);

    /// <inheritdoc/>
    public async Task<IPreparedSignature> PrepareAsync(
        Stream content, SigningChoices choices, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(content);
        ArgumentNullException.ThrowIfNull(choices);
        var cabinet = await new CabinetReader(content, choices.HashAlgorithm).ReadAsync(cancellationToken).ConfigureAwait(false);
        return cabinet.Signature.IsEmpty || choices.ExistingSignature != ExistingSignatureRule.Refuse
            ? new PreparedCabinet(cabinet, choices)
            : throw new SignatureFormatException(
                FormatFailure.AlreadySigned, "The file is signed already, and the request says to refuse that.");
    }

    /// <inheritdoc/>
    public Task<VerificationReport> VerifyAsync(
        Stream content, TrustAnchors trust, CancellationToken cancellationToken) =>
        Verification.CabinetVerifier.VerifyAsync(content, trust, cancellationToken);
}
