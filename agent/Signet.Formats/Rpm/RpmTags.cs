namespace Signet.Formats.Rpm;

/// <summary>Tags and types of RPM headers ("RPM V4 Package format" and "Header tags" of the rpm manual).</summary>
internal static class RpmTags
{
    /// <summary>RPMTAG_HEADERSIGNATURES: the region of a signature header.</summary>
    public const int HeaderSignatures = 62;

    /// <summary>RPMSIGTAG_RSA: an RSA signature over the header.</summary>
    public const int Rsa = 268;

    /// <summary>RPMSIGTAG_RESERVEDSPACE: room for signatures.</summary>
    public const int ReservedSpace = 1008;

    /// <summary>RPMTAG_PAYLOADDIGEST: digest of the payload as it lies in the file, in hexadecimal.</summary>
    public const int PayloadDigest = 5092;

    /// <summary>RPMTAG_PAYLOADDIGESTALGO: its hash, numbered as in OpenPGP.</summary>
    public const int PayloadDigestAlgorithm = 5093;

    /// <summary>RPM_BIN_TYPE: bytes.</summary>
    public const int Bytes = 7;

    /// <summary>Whether a tag of the signature header holds an OpenPGP signature: DSA, RSA, OpenPGP, PGP, GPG.</summary>
    public static bool IsSignature(int tag) => tag is 267 or Rsa or 278 or 1002 or 1005;
}
