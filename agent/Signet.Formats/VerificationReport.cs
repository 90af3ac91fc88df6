using System.Security.Cryptography.X509Certificates;

namespace Signet.Formats;

/// <summary>What a verification found in a file.</summary>
/// <param name="Format">Name of the format.</param>
/// <param name="Signatures">Every signature in the file, the first one first; empty for a file that is not signed.</param>
public sealed record VerificationReport(string Format, IReadOnlyList<SignatureReport> Signatures)
{
    /// <summary>Whether the file is signed and every signature holds.</summary>
    public bool Holds => Signatures.Count > 0 && Signatures.All(signature => signature.Problems.Count == 0);
}

/// <summary>One signature of a file.</summary>
/// <param name="Signer">The certificate that the signature names.</param>
/// <param name="Chain">Every other certificate that the signature carries.</param>
/// <param name="DigestAlgorithm">For instance "SHA-256".</param>
/// <param name="ContentDigest">The digest of the content that the signature states.</param>
/// <param name="Description">Name of the program, where the signature states one.</param>
/// <param name="DescriptionUrl">Its address, where the signature states one.</param>
/// <param name="Timestamp">Time in the RFC 3161 timestamp; null where there is none.</param>
/// <param name="TimestampAuthority">Who stamped it; null where nobody did.</param>
/// <param name="Problems">Why it does not hold, one sentence each; empty where it holds.</param>
public sealed record SignatureReport(
    X509Certificate2? Signer,
    IReadOnlyList<X509Certificate2> Chain,
    string DigestAlgorithm,
    ReadOnlyMemory<byte> ContentDigest,
    string? Description,
    string? DescriptionUrl,
    DateTimeOffset? Timestamp,
    X509Certificate2? TimestampAuthority,
    IReadOnlyList<string> Problems)
{
    /// <summary>What is worth knowing and no reason against the signature, one sentence each.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>The OpenPGP key that signed; null for a signature of another kind.</summary>
    public OpenPgpSigner? OpenPgp { get; init; }
}

/// <summary>The OpenPGP key of a signature.</summary>
/// <param name="Fingerprint">In lower-case hexadecimal; the key id alone where the signature says no more.</param>
/// <param name="UserId">Name and address; null where the key is not known here.</param>
/// <param name="SignedAt">When it was signed, by the signer's own word; null where the signature does not say.</param>
public sealed record OpenPgpSigner(string Fingerprint, string? UserId, DateTimeOffset? SignedAt);
