using System.Security.Cryptography;

namespace Signet.Formats.SignedData;

/// <summary>What a CMS signature signs.</summary>
/// <param name="Hash">Hash of the content and of the signature.</param>
/// <param name="Digest">The content's digest.</param>
/// <param name="Embedded">The content, where the signature carries it; null for a detached signature.</param>
internal sealed record SignedContent(HashAlgorithmName Hash, byte[] Digest, byte[]? Embedded)
{
    /// <summary>A signature that does not carry its content.</summary>
    public static SignedContent Detached(byte[] content, HashAlgorithmName hash) =>
        new(hash, CryptographicOperations.HashData(hash, content), null);

    /// <summary>A signature with its content in it.</summary>
    public static SignedContent Carried(byte[] content, HashAlgorithmName hash) =>
        new(hash, CryptographicOperations.HashData(hash, content), content);
}
