using System.Security.Cryptography;
using Signet.Formats;
using Signet.Protocol.V1;

namespace Signet.Agent.FileSigning;

/// <summary>A request's options as the formats take them.</summary>
internal static class SigningChoicesMap
{
    /// <summary>Maps options that were checked already.</summary>
    public static SigningChoices FromMessage(SigningOptions options) => new()
    {
        HashAlgorithm = options.Digest switch
        {
            DigestAlgorithm.Sha384 => HashAlgorithmName.SHA384,
            DigestAlgorithm.Sha512 => HashAlgorithmName.SHA512,
            _ => HashAlgorithmName.SHA256,
        },
        ExistingSignature = options.ExistingSignature switch
        {
            ExistingSignature.Replace => ExistingSignatureRule.Replace,
            ExistingSignature.Append => ExistingSignatureRule.Append,
            _ => ExistingSignatureRule.Refuse,
        },
        Description = options.Description.Length > 0 ? options.Description : null,
        DescriptionUrl = options.DescriptionUrl.Length > 0 ? new Uri(options.DescriptionUrl) : null,
        PageHashes = options.PageHashes,
    };
}
