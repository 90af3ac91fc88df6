using System.Security.Cryptography;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;
using Signet.Protocol.V1;
using Signet.Tokens.Host;

namespace Signet.Tokens.Pkcs11;

/// <summary>Public keys that may belong to a private key which does not show its own.</summary>
internal sealed class PublicKeyCandidates(ObjectReader reader, CertificateReader certificates)
{
    /// <summary>Those of the key's algorithm: beside it on the token, in certificates beside it, and in the configured certificate.</summary>
    /// <param name="assumed">What the private object shows, filled up by an assumption; null for nothing.</param>
    /// <param name="key">The key.</param>
    /// <param name="selector">What it was found by.</param>
    /// <exception cref="Pkcs11Exception">The session failed.</exception>
    public IReadOnlyList<PublicPart> Of(PublicPart? assumed, TokenKey key, KeySelector selector)
    {
        var id = key.Id.ToByteArray();
        IEnumerable<PublicPart?> found =
        [
            assumed,
            .. Beside(key.Label, id).Select(handle => OfObject(handle, key.Algorithm)),
            .. certificates.All.Where(certificate => IsBeside(certificate, key.Label, id))
                .Select(certificate => PublicPart.OfCertificate(certificate.Der)),
            PublicPart.OfSubjectPublicKeyInfo(selector.ExpectedPublicKey),
        ];
        return
        [
            .. found.OfType<PublicPart>().Where(part => part.Algorithm == key.Algorithm)
                .DistinctBy(part => Convert.ToHexString(SHA256.HashData(part.SubjectPublicKeyInfo))),
        ];
    }

    /// <summary>
    /// The public key object with the key's id, where there is one such object and no other private key has the id: then
    /// nothing is in doubt. Null where there may be.
    /// </summary>
    /// <exception cref="Pkcs11Exception">The session failed.</exception>
    public PublicPart? OnlyOneWithId(TokenKey key)
    {
        var id = key.Id.ToByteArray();
        return id.Length > 0 && reader.Find(CKO.CKO_PUBLIC_KEY, id: id) is [var only] && reader.Find(CKO.CKO_PRIVATE_KEY, id: id).Count == 1
            && OfObject(only, key.Algorithm) is { } part && part.Algorithm == key.Algorithm
            ? part
            : null;
    }

    private List<IObjectHandle> Beside(string label, byte[] id)
    {
        List<IObjectHandle> byId = id.Length > 0 ? reader.Find(CKO.CKO_PUBLIC_KEY, id: id) : [];
        return label.Length > 0 ? [.. byId, .. reader.Find(CKO.CKO_PUBLIC_KEY, label)] : byId;
    }

    private static bool IsBeside(TokenCertificate certificate, string label, byte[] id) =>
        (id.Length > 0 && certificate.Id.AsSpan().SequenceEqual(id)) || (label.Length > 0 && certificate.Label == label);

    private PublicPart? OfObject(IObjectHandle handle, KeyAlgorithm algorithm) => algorithm == KeyAlgorithm.Rsa
        ? reader.Bytes(handle, CKA.CKA_MODULUS) is { Length: > 0 } modulus
            && reader.Bytes(handle, CKA.CKA_PUBLIC_EXPONENT) is { Length: > 0 } exponent ? PublicPart.OfRsa(modulus, exponent) : null
        : reader.Bytes(handle, CKA.CKA_EC_PARAMS) is { Length: > 0 } parameters
            && reader.Bytes(handle, CKA.CKA_EC_POINT) is { Length: > 0 } point ? PublicPart.OfElliptic(parameters, point) : null;
}
