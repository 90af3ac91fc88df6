using System.Security.Cryptography;

namespace Signet.Formats.Authenticode;

/// <summary>Object identifiers of Authenticode and of what it is built of.</summary>
internal static class ObjectIdentifiers
{
    /// <summary>id-signedData (RFC 2315 section 14).</summary>
    public const string SignedData = "1.2.840.113549.1.7.2";

    /// <summary>id-contentType (RFC 2985 section 5.3.1).</summary>
    public const string ContentType = "1.2.840.113549.1.9.3";

    /// <summary>id-messageDigest (RFC 2985 section 5.3.2).</summary>
    public const string MessageDigest = "1.2.840.113549.1.9.4";

    /// <summary>rsaEncryption (RFC 8017 appendix C).</summary>
    public const string RsaEncryption = "1.2.840.113549.1.1.1";

    /// <summary>SPC_INDIRECT_DATA_OBJID: what Authenticode signs.</summary>
    public const string SpcIndirectData = "1.3.6.1.4.1.311.2.1.4";

    /// <summary>SPC_PE_IMAGE_DATA_OBJID.</summary>
    public const string SpcPeImageData = "1.3.6.1.4.1.311.2.1.15";

    /// <summary>SPC_PE_IMAGE_PAGE_HASHES_V2_OBJID: SHA-256 hashes of pages.</summary>
    public const string SpcPageHashesV2 = "1.3.6.1.4.1.311.2.3.2";

    /// <summary>SPC_SIPINFO_OBJID.</summary>
    public const string SpcSipInfo = "1.3.6.1.4.1.311.2.1.30";

    /// <summary>SPC_CAB_DATA_OBJID.</summary>
    public const string SpcCabData = "1.3.6.1.4.1.311.2.1.25";

    /// <summary>SPC_SP_OPUS_INFO_OBJID: programme name and address.</summary>
    public const string SpcOpusInfo = "1.3.6.1.4.1.311.2.1.12";

    /// <summary>SPC_STATEMENT_TYPE_OBJID.</summary>
    public const string SpcStatementType = "1.3.6.1.4.1.311.2.1.11";

    /// <summary>SPC_INDIVIDUAL_SP_KEY_PURPOSE_OBJID.</summary>
    public const string IndividualCodeSigning = "1.3.6.1.4.1.311.2.1.21";

    /// <summary>szOID_NESTED_SIGNATURE: further signatures, as an unsigned attribute of the first.</summary>
    public const string NestedSignature = "1.3.6.1.4.1.311.2.4.1";

    /// <summary>szOID_RFC3161_counterSign: an RFC 3161 timestamp, as an unsigned attribute.</summary>
    public const string Rfc3161Timestamp = "1.3.6.1.4.1.311.3.3.1";

    /// <summary>The hash's own identifier (RFC 5754 section 2).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The hash is none of SHA-256, SHA-384 and SHA-512.</exception>
    public static string Of(HashAlgorithmName hash) => hash.Name switch
    {
        "SHA256" => "2.16.840.1.101.3.4.2.1",
        "SHA384" => "2.16.840.1.101.3.4.2.2",
        "SHA512" => "2.16.840.1.101.3.4.2.3",
        _ => throw new ArgumentOutOfRangeException(nameof(hash), hash.Name, "not a hash that is signed here"),
    };

    /// <summary>ecdsa-with-SHA2 (RFC 5758 section 3.2).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The hash is none of SHA-256, SHA-384 and SHA-512.</exception>
    public static string EcdsaWith(HashAlgorithmName hash) => hash.Name switch
    {
        "SHA256" => "1.2.840.10045.4.3.2",
        "SHA384" => "1.2.840.10045.4.3.3",
        "SHA512" => "1.2.840.10045.4.3.4",
        _ => throw new ArgumentOutOfRangeException(nameof(hash), hash.Name, "not a hash that is signed here"),
    };
}
