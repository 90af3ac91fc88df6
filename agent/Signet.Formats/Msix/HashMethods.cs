using System.Security.Cryptography;

namespace Signet.Formats.Msix;

/// <summary>Names of hashes in a block map's HashMethod.</summary>
internal static class HashMethods
{
    /// <summary>The hash with this name; null for none that is known.</summary>
    public static HashAlgorithmName? Find(string? name) => name switch
    {
        "http://www.w3.org/2001/04/xmlenc#sha256" => HashAlgorithmName.SHA256,
        "http://www.w3.org/2001/04/xmldsig-more#sha384" => HashAlgorithmName.SHA384,
        "http://www.w3.org/2001/04/xmlenc#sha512" => HashAlgorithmName.SHA512,
        _ => null,
    };
}
