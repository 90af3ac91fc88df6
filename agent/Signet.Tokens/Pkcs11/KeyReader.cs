using Google.Protobuf;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;
using Signet.Protocol.V1;

namespace Signet.Tokens.Pkcs11;

/// <summary>Says what a token holds: private keys, what the hardware says of them, public parts, certificates.</summary>
internal sealed class KeyReader(ISession session)
{
    private readonly ObjectReader _reader = new(session);

    /// <summary>The private keys with a label, or all. The session is logged in.</summary>
    /// <param name="label">CKA_LABEL; null for every key.</param>
    /// <exception cref="Pkcs11Exception">The session failed.</exception>
    public List<TokenKey> Read(string? label) =>
        [.. _reader.Find(CKO.CKO_PRIVATE_KEY, label).Select(Describe)];

    /// <summary>The private key with a label; null unless there is exactly one.</summary>
    public IObjectHandle? FindPrivateKey(string label) =>
        _reader.Find(CKO.CKO_PRIVATE_KEY, label) is [var only] ? only : null;

    private TokenKey Describe(IObjectHandle handle)
    {
        var label = _reader.Text(handle, CKA.CKA_LABEL);
        var id = _reader.Bytes(handle, CKA.CKA_ID) ?? [];
        var sensitive = _reader.Flag(handle, CKA.CKA_SENSITIVE);
        var key = new TokenKey
        {
            Label = label,
            Id = ByteString.CopyFrom(id),
            Hardware = true,
            Local = _reader.Flag(handle, CKA.CKA_LOCAL),
            Sensitive = sensitive,
            AlwaysSensitive = sensitive && _reader.Flag(handle, CKA.CKA_ALWAYS_SENSITIVE),
            NeverExtractable = _reader.Flag(handle, CKA.CKA_NEVER_EXTRACTABLE) && !_reader.Flag(handle, CKA.CKA_EXTRACTABLE),
            AlwaysAuthenticate = _reader.Flag(handle, CKA.CKA_ALWAYS_AUTHENTICATE),
        };
        var certificates = Related(CKO.CKO_CERTIFICATE, label, id)
            .Select(found => _reader.Bytes(found, CKA.CKA_VALUE))
            .OfType<byte[]>()
            .Where(value => value.Length > 0)
            .ToList();
        key.Certificates.AddRange(certificates.Select(ByteString.CopyFrom));

        switch (_reader.RequiredNumber(handle, CKA.CKA_KEY_TYPE))
        {
            case (ulong)CKK.CKK_RSA:
                key.Algorithm = KeyAlgorithm.Rsa;
                SetPublicKey(key, ReadRsa(handle, label, id), certificates);
                break;
            case (ulong)CKK.CKK_EC:
                key.Algorithm = KeyAlgorithm.Ec;
                SetPublicKey(key, ReadElliptic(handle, label, id), certificates);
                break;
            default:
                // Another kind of key: shown, and of no use for signatures.
                break;
        }

        return key;
    }

    private static void SetPublicKey(TokenKey key, PublicPart? read, List<byte[]> certificates)
    {
        var part = read ?? certificates.Select(PublicPart.OfCertificate).FirstOrDefault(found => found is not null);
        if (part is not null)
        {
            key.PublicKey = ByteString.CopyFrom(part.SubjectPublicKeyInfo);
            key.SizeBits = part.SizeBits;
        }
    }

    private PublicPart? ReadRsa(IObjectHandle privateKey, string label, byte[] id)
    {
        // PKCS#11 2.40 mechanisms, section 2.1.3: the private object has the modulus, and mostly the exponent too.
        foreach (var handle in (IObjectHandle[])[.. Related(CKO.CKO_PUBLIC_KEY, label, id), privateKey])
        {
            if (_reader.Bytes(handle, CKA.CKA_MODULUS) is { Length: > 0 } modulus
                && _reader.Bytes(handle, CKA.CKA_PUBLIC_EXPONENT) is { Length: > 0 } exponent)
            {
                return PublicPart.OfRsa(modulus, exponent);
            }
        }

        return null;
    }

    private PublicPart? ReadElliptic(IObjectHandle privateKey, string label, byte[] id)
    {
        foreach (var handle in (IObjectHandle[])[.. Related(CKO.CKO_PUBLIC_KEY, label, id), privateKey])
        {
            if (_reader.Bytes(handle, CKA.CKA_EC_PARAMS) is { Length: > 0 } parameters
                && _reader.Bytes(handle, CKA.CKA_EC_POINT) is { Length: > 0 } point
                && PublicPart.OfElliptic(parameters, point) is { } part)
            {
                return part;
            }
        }

        return null;
    }

    /// <summary>Objects that belong to a key: those with its id, or where it has none, those with its label.</summary>
    private List<IObjectHandle> Related(CKO objectClass, string label, byte[] id)
    {
        var byId = id.Length > 0 ? _reader.Find(objectClass, id: id) : [];
        return byId.Count > 0 || label.Length == 0 ? byId : _reader.Find(objectClass, label);
    }
}
