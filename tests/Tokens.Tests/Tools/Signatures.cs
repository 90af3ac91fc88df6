using System.Security.Cryptography;
using Signet.Protocol.V1;

namespace Signet.Tokens.Tests.Tools;

/// <summary>Checks signatures with .NET's own cryptography, apart from the code under test.</summary>
internal static class Signatures
{
    public static byte[] Digest(SignatureMechanism mechanism, byte[] content) => HashOf(mechanism).Name switch
    {
        "SHA256" => SHA256.HashData(content),
        "SHA384" => SHA384.HashData(content),
        _ => SHA512.HashData(content),
    };

    public static bool Verify(byte[] publicKey, SignatureMechanism mechanism, byte[] content, byte[] signature)
    {
        var name = mechanism.ToString();
        if (name.StartsWith("Ecdsa", StringComparison.Ordinal))
        {
            using var elliptic = ECDsa.Create();
            elliptic.ImportSubjectPublicKeyInfo(publicKey, out _);
            return elliptic.VerifyData(content, signature, HashOf(mechanism), DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }

        using var rsa = RSA.Create();
        rsa.ImportSubjectPublicKeyInfo(publicKey, out _);
        var padding = name.StartsWith("RsaPss", StringComparison.Ordinal) ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1;
        return rsa.VerifyData(content, signature, HashOf(mechanism), padding);
    }

    public static HashAlgorithmName HashOf(SignatureMechanism mechanism) => mechanism.ToString()[^3..] switch
    {
        "256" => HashAlgorithmName.SHA256,
        "384" => HashAlgorithmName.SHA384,
        _ => HashAlgorithmName.SHA512,
    };
}
