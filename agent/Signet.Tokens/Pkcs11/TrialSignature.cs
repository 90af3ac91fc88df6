using System.Security.Cryptography;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;
using Signet.Protocol.V1;

namespace Signet.Tokens.Pkcs11;

/// <summary>
/// One signature over random bytes, which never leaves this process: it proves that a key signs now, and which public key is
/// its own.
/// </summary>
internal static class TrialSignature
{
    /// <summary>Signs, and tells which of the public keys the signature is of.</summary>
    /// <param name="session">A session of the token.</param>
    /// <param name="handle">The private key.</param>
    /// <param name="key">Its algorithm, and what it signs.</param>
    /// <param name="candidates">Public keys, of which one may be the key's.</param>
    /// <returns>The one that verifies; null where none does.</returns>
    /// <exception cref="Pkcs11Exception">The key did not sign.</exception>
    public static PublicPart? Prove(ISession session, IObjectHandle handle, TokenKey key, IEnumerable<PublicPart> candidates)
    {
        var digest = SHA256.HashData(RandomNumberGenerator.GetBytes(64));
        var kind = key switch
        {
            { Algorithm: KeyAlgorithm.Ec } => SignatureMechanism.EcdsaSha256,
            { SignsPkcs1: true } => SignatureMechanism.RsaPkcs1Sha256,
            _ => SignatureMechanism.RsaPssSha256,
        };
        using var mechanism = Mechanisms.Create(session.Factories, kind);
        var signature = session.Sign(mechanism, handle, Mechanisms.Input(kind, digest));
        return candidates.FirstOrDefault(candidate => Verifies(candidate.SubjectPublicKeyInfo, digest, signature, kind));
    }

    private static bool Verifies(byte[] publicKey, byte[] digest, byte[] signature, SignatureMechanism kind)
    {
        try
        {
            if (kind == SignatureMechanism.EcdsaSha256)
            {
                using var elliptic = ECDsa.Create();
                elliptic.ImportSubjectPublicKeyInfo(publicKey, out _);
                return elliptic.VerifyHash(digest, signature);
            }

            using var rsa = RSA.Create();
            rsa.ImportSubjectPublicKeyInfo(publicKey, out _);
            var padding = kind == SignatureMechanism.RsaPkcs1Sha256 ? RSASignaturePadding.Pkcs1 : RSASignaturePadding.Pss;
            return rsa.VerifyHash(digest, signature, HashAlgorithmName.SHA256, padding);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
