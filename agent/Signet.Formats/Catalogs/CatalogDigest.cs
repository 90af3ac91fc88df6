namespace Signet.Formats.Catalogs;

/// <summary>What a catalog says of a file.</summary>
/// <param name="Kind">How the digest was made.</param>
/// <param name="Sha256">SHA-256 over what the kind says, 32 bytes.</param>
public sealed record CatalogDigest(CatalogMemberKind Kind, ReadOnlyMemory<byte> Sha256);

/// <summary>How a member's digest is made; the number stands in the catalog (CAT_MEMBERINFO2).</summary>
public enum CatalogMemberKind
{
    /// <summary>A PE file: its Authenticode digest.</summary>
    Image = 0,

    /// <summary>A cabinet: its Authenticode digest.</summary>
    Cabinet = 1,

    /// <summary>Any other file: the hash of its bytes.</summary>
    Flat = 2,
}
