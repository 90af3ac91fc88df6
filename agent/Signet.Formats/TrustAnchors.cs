using System.Security.Cryptography.X509Certificates;

namespace Signet.Formats;

/// <summary>Which roots a verification trusts.</summary>
public sealed record TrustAnchors
{
    /// <summary>Roots for signing certificates; null for the operating system's.</summary>
    public X509Certificate2Collection? SigningRoots { get; init; }

    /// <summary>Roots for timestamp certificates; null for the operating system's.</summary>
    public X509Certificate2Collection? TimestampRoots { get; init; }

    /// <summary>
    /// Certificates of signers whose signatures carry none, as raw ones do. They are trusted as they are; null for none.
    /// </summary>
    public X509Certificate2Collection? SignerCertificates { get; init; }

    /// <summary>
    /// Public keys of OpenPGP signers, each as RFC 9580 section 10.1 has it, armoured or binary. They are trusted as they
    /// are; null for none.
    /// </summary>
    public IReadOnlyList<ReadOnlyMemory<byte>>? OpenPgpKeys { get; init; }

    /// <summary>
    /// When true, chains are not built at all: what the agent uses on its own signature, whose certificate its
    /// configuration pins.
    /// </summary>
    public bool SkipChains { get; init; }

    /// <summary>
    /// Certificates that the caller has parsed already, so that a signature which carries one of them, byte for byte, need
    /// not parse it again. They are not trusted for it; null for none.
    /// </summary>
    public KnownCertificates? KnownCertificates { get; init; }

    /// <summary>The time for which validity is judged where a signature has no timestamp.</summary>
    public required DateTimeOffset Now { get; init; }
}
