using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;

namespace Signet.Tokens.Pkcs11;

/// <summary>What a <see cref="SignatureMechanism"/> is in terms of PKCS#11.</summary>
internal static class Mechanisms
{
    // RFC 8017 section 9.2 note 1: DER of DigestInfo up to the digest itself
    private static readonly byte[] Sha256Prefix =
        [0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20];

    private static readonly byte[] Sha384Prefix =
        [0x30, 0x41, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02, 0x05, 0x00, 0x04, 0x30];

    private static readonly byte[] Sha512Prefix =
        [0x30, 0x51, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03, 0x05, 0x00, 0x04, 0x40];

    /// <summary>Throws INVALID_REQUEST unless digest, mechanism and key go together.</summary>
    /// <param name="key">The key.</param>
    /// <param name="digest">The digest.</param>
    /// <param name="mechanism">The mechanism.</param>
    public static void Check(TokenKey key, ReadOnlySpan<byte> digest, SignatureMechanism mechanism)
    {
        var bytes = DigestBytes(mechanism);
        if (bytes == 0)
        {
            throw new SigningException(ErrorReason.InvalidRequest, $"Mechanism {mechanism} is not known.");
        }

        if (digest.Length != bytes)
        {
            throw new SigningException(
                ErrorReason.InvalidRequest, $"{mechanism} takes a digest of {bytes} bytes, not {digest.Length}.");
        }

        if (key.Problem.Length > 0)
        {
            throw new SigningException(ErrorReason.KeyUnusable, key.Problem);
        }

        if (key.Algorithm != AlgorithmOf(mechanism))
        {
            throw new SigningException(
                ErrorReason.InvalidRequest, $"Key '{key.Label}' is of type {key.Algorithm} and cannot make a {mechanism} signature.");
        }
    }

    /// <summary>Length of the digest in bytes; 0 for a mechanism that is not known.</summary>
    public static int DigestBytes(SignatureMechanism mechanism) => mechanism switch
    {
        SignatureMechanism.RsaPkcs1Sha256 or SignatureMechanism.RsaPssSha256 or SignatureMechanism.EcdsaSha256 => 32,
        SignatureMechanism.RsaPkcs1Sha384 or SignatureMechanism.RsaPssSha384 or SignatureMechanism.EcdsaSha384 => 48,
        SignatureMechanism.RsaPkcs1Sha512 or SignatureMechanism.RsaPssSha512 or SignatureMechanism.EcdsaSha512 => 64,
        _ => 0,
    };

    /// <summary>Which kind of key the mechanism needs.</summary>
    public static KeyAlgorithm AlgorithmOf(SignatureMechanism mechanism) => mechanism switch
    {
        SignatureMechanism.EcdsaSha256 or SignatureMechanism.EcdsaSha384 or SignatureMechanism.EcdsaSha512 => KeyAlgorithm.Ec,
        _ => KeyAlgorithm.Rsa,
    };

    /// <summary>Length of a signature in bytes: the modulus, or twice the order of the group.</summary>
    public static int SignatureBytes(TokenKey key) =>
        key.Algorithm == KeyAlgorithm.Ec ? 2 * ((key.SizeBits + 7) / 8) : (key.SizeBits + 7) / 8;

    /// <summary>The mechanism and its parameter for C_SignInit.</summary>
    /// <param name="factories">Makes them.</param>
    /// <param name="mechanism">A mechanism that <see cref="Check"/> let pass.</param>
    public static IMechanism Create(Pkcs11InteropFactories factories, SignatureMechanism mechanism) => mechanism switch
    {
        SignatureMechanism.RsaPssSha256 => Pss(factories, CKM.CKM_SHA256, CKG.CKG_MGF1_SHA256, 32),
        SignatureMechanism.RsaPssSha384 => Pss(factories, CKM.CKM_SHA384, CKG.CKG_MGF1_SHA384, 48),
        SignatureMechanism.RsaPssSha512 => Pss(factories, CKM.CKM_SHA512, CKG.CKG_MGF1_SHA512, 64),
        _ when AlgorithmOf(mechanism) == KeyAlgorithm.Ec => factories.MechanismFactory.Create(CKM.CKM_ECDSA),
        _ => factories.MechanismFactory.Create(CKM.CKM_RSA_PKCS),
    };

    /// <summary>
    /// What C_Sign gets: the DigestInfo for RSASSA-PKCS1-v1_5, since not every token hashes; the digest itself for PSS; for
    /// ECDSA its leftmost bits, as many as the group's order has (FIPS 186-5 section 6.4.1), since some tokens take no more.
    /// </summary>
    public static byte[] Input(TokenKey key, ReadOnlySpan<byte> digest, SignatureMechanism mechanism) => mechanism switch
    {
        SignatureMechanism.RsaPkcs1Sha256 => [.. Sha256Prefix, .. digest],
        SignatureMechanism.RsaPkcs1Sha384 => [.. Sha384Prefix, .. digest],
        SignatureMechanism.RsaPkcs1Sha512 => [.. Sha512Prefix, .. digest],
        _ when key.Algorithm == KeyAlgorithm.Ec => digest[..Math.Min(digest.Length, (key.SizeBits + 7) / 8)].ToArray(),
        _ => digest.ToArray(),
    };

    /// <summary>As <see cref="Input(TokenKey, ReadOnlySpan{byte}, SignatureMechanism)"/>, for SHA-256, which no group is too short for.</summary>
    public static byte[] Input(SignatureMechanism mechanism, ReadOnlySpan<byte> digest) =>
        mechanism == SignatureMechanism.RsaPkcs1Sha256 ? [.. Sha256Prefix, .. digest] : digest.ToArray();

    private static IMechanism Pss(Pkcs11InteropFactories factories, CKM hash, CKG mask, ulong saltBytes) =>
        factories.MechanismFactory.Create(
            CKM.CKM_RSA_PKCS_PSS,
            factories.MechanismParamsFactory.CreateCkRsaPkcsPssParams((ulong)hash, (ulong)mask, saltBytes));
}
