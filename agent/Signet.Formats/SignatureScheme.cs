namespace Signet.Formats;

/// <summary>How a key signs a digest.</summary>
public enum SignatureScheme
{
    /// <summary>RSASSA-PKCS1-v1_5 (RFC 8017 section 8.2).</summary>
    RsaPkcs1,

    /// <summary>RSASSA-PSS with MGF1 of the same hash and a salt as long as the hash (RFC 8017 section 8.1).</summary>
    RsaPss,

    /// <summary>ECDSA on P-256, P-384 or P-521 (FIPS 186-5 section 6).</summary>
    Ecdsa,
}
