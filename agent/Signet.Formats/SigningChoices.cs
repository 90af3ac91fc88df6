using System.Security.Cryptography;

namespace Signet.Formats;

/// <summary>What is the same for every file of a request.</summary>
public sealed record SigningChoices
{
    /// <summary>Hash of the content and of the signature: SHA-256, SHA-384 or SHA-512.</summary>
    public HashAlgorithmName HashAlgorithm { get; init; } = HashAlgorithmName.SHA256;

    /// <summary>What becomes of a signature that is there already.</summary>
    public ExistingSignatureRule ExistingSignature { get; init; } = ExistingSignatureRule.Refuse;

    /// <summary>Name of the program that users are shown; null for none.</summary>
    public string? Description { get; init; }

    /// <summary>Address that users are shown beside it; null for none.</summary>
    public Uri? DescriptionUrl { get; init; }

    /// <summary>Whether the signature of a PE file holds a hash of each page; of no account in other formats.</summary>
    public bool PageHashes { get; init; }
}
