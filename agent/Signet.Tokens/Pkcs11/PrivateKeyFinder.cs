using Google.Protobuf;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;
using Signet.Protocol.V1;
using Signet.Tokens.Host;

namespace Signet.Tokens.Pkcs11;

/// <summary>Finds the private key objects of a token.</summary>
internal sealed class PrivateKeyFinder(ObjectReader reader)
{
    /// <summary>Every private key that a selector matches.</summary>
    /// <exception cref="Pkcs11Exception">The search failed.</exception>
    public List<IObjectHandle> Find(KeySelector selector) => reader.Find(
        CKO.CKO_PRIVATE_KEY, selector.Label, selector.Id is { } id ? Convert.FromHexString(id) : null);

    /// <summary>The object of a key that was described before; null where it is not there any more.</summary>
    /// <exception cref="Pkcs11Exception">The search failed.</exception>
    public IObjectHandle? Find(TokenKey key)
    {
        var found = reader.Find(
            CKO.CKO_PRIVATE_KEY, key.Label.Length > 0 ? key.Label : null, key.Id.Length > 0 ? key.Id.ToByteArray() : null);
        return found is [var only] ? only : found.Find(handle => Has(handle, key.PublicKey));
    }

    /// <summary>Whether the object shows this public key itself.</summary>
    /// <param name="handle">The private key.</param>
    /// <param name="publicKey">DER SubjectPublicKeyInfo.</param>
    public bool Has(IObjectHandle handle, ByteString publicKey) =>
        publicKey.Length > 0 && PublicPartOf(handle) is { } part && part.SubjectPublicKeyInfo.AsSpan().SequenceEqual(publicKey.Span);

    /// <summary>The public part that the private object shows by itself; null where it does not.</summary>
    /// <remarks>A modulus without an exponent is taken for one with 65537, as nearly all keys are; see <see cref="IsWhole"/>.</remarks>
    public PublicPart? PublicPartOf(IObjectHandle handle) => reader.Number(handle, CKA.CKA_KEY_TYPE) switch
    {
        (ulong)CKK.CKK_RSA when reader.Bytes(handle, CKA.CKA_MODULUS) is { Length: > 0 } modulus => PublicPart.OfRsa(
            modulus, reader.Bytes(handle, CKA.CKA_PUBLIC_EXPONENT) is { Length: > 0 } exponent ? exponent : [1, 0, 1]),
        (ulong)CKK.CKK_EC when reader.Bytes(handle, CKA.CKA_EC_PARAMS) is { Length: > 0 } parameters
            && reader.Bytes(handle, CKA.CKA_EC_POINT) is { Length: > 0 } point => PublicPart.OfElliptic(parameters, point),
        _ => null,
    };

    /// <summary>Whether <see cref="PublicPartOf"/> is all the object's own word, and nothing in it assumed.</summary>
    public bool IsWhole(IObjectHandle handle) =>
        reader.Number(handle, CKA.CKA_KEY_TYPE) != (ulong)CKK.CKK_RSA || reader.Bytes(handle, CKA.CKA_PUBLIC_EXPONENT) is { Length: > 0 };
}
