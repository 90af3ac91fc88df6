using System.Globalization;
using Google.Protobuf;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;
using Signet.Protocol.V1;
using Signet.Tokens.Host;

namespace Signet.Tokens.Pkcs11;

/// <summary>
/// Says what a token holds for each configured key: what the hardware says of the private key, its public part, the
/// certificates, and what stands against signing with it. A key that cannot be used keeps no other from it.
/// </summary>
internal sealed class KeyReader
{
    private const int LeastRsaBits = 2048;

    private readonly ISession _session;
    private readonly ObjectReader _reader;
    private readonly PrivateKeyFinder _finder;
    private readonly CertificateReader _certificates;
    private readonly SupportedMechanisms _mechanisms;
    private readonly bool _always;

    /// <summary>Prepares the reader; nothing is read yet.</summary>
    /// <param name="session">A session that may use the private keys.</param>
    /// <param name="slot">The token's slot.</param>
    /// <param name="proveAlways">Whether every key makes a trial signature: nobody logged in, so nothing else shows that it can.</param>
    public KeyReader(ISession session, ISlot slot, bool proveAlways)
    {
        _session = session;
        _reader = new ObjectReader(session);
        _finder = new PrivateKeyFinder(_reader);
        _certificates = new CertificateReader(_reader);
        _mechanisms = new SupportedMechanisms(slot, _reader);
        _always = proveAlways;
    }

    /// <summary>Reads one key.</summary>
    /// <returns>Its description; where <see cref="TokenKey.Problem"/> is not empty, it cannot be used.</returns>
    /// <exception cref="Pkcs11Exception">The session failed.</exception>
    public TokenKey Read(KeySelector selector)
    {
        var found = _finder.Find(selector);
        var chosen = found is [var only] ? only : found.Find(handle => _finder.Has(handle, ByteString.CopyFrom(selector.ExpectedPublicKey)));
        var key = chosen is null ? Missing(selector, found) : Describe(chosen, selector);
        key.Reference = selector.Reference;
        return key;
    }

    private TokenKey Missing(KeySelector selector, List<IObjectHandle> found) => new()
    {
        Hardware = true,
        Label = selector.Label ?? string.Empty,
        Problem = found.Count == 0
            ? $"The token shows no private key with {selector.Description}. Check 'label' and 'id' of the key in the configuration; if they "
                + "are right, lock the token and unlock it again."
            : string.Create(
                CultureInfo.InvariantCulture,
                $"The token shows {found.Count} private keys with {selector.Description} ({string.Join(", ", found.Select(Identify))}). ")
                + "Name one by label and id together, or give the key its certificate in the configuration.",
    };

    private string Identify(IObjectHandle handle) =>
        $"label '{_reader.Text(handle, CKA.CKA_LABEL)}' and id {Convert.ToHexStringLower(_reader.Bytes(handle, CKA.CKA_ID) ?? [])}";

    private TokenKey Describe(IObjectHandle handle, KeySelector selector)
    {
        var sensitive = _reader.Flag(handle, CKA.CKA_SENSITIVE);
        var key = new TokenKey
        {
            Label = _reader.Text(handle, CKA.CKA_LABEL),
            Id = ByteString.CopyFrom(_reader.Bytes(handle, CKA.CKA_ID) ?? []),
            Hardware = true,
            Local = _reader.Flag(handle, CKA.CKA_LOCAL),
            Sensitive = sensitive,
            AlwaysSensitive = sensitive && _reader.Flag(handle, CKA.CKA_ALWAYS_SENSITIVE),
            NeverExtractable = _reader.Flag(handle, CKA.CKA_NEVER_EXTRACTABLE) && !_reader.Flag(handle, CKA.CKA_EXTRACTABLE),
            AlwaysAuthenticate = _reader.Flag(handle, CKA.CKA_ALWAYS_AUTHENTICATE),
        };
        key.Problem = SetAlgorithm(handle, key) ?? SetMechanisms(handle, key) ?? SetPublicKey(handle, key, selector) ?? SizeProblem(key)
            ?? string.Empty;
        key.Certificates.AddRange(_certificates.ChainsOf(key.PublicKey.ToByteArray()).Select(ByteString.CopyFrom));
        return key;
    }

    private string? SetAlgorithm(IObjectHandle handle, TokenKey key)
    {
        const string supported = "Signet signs with RSA, and with ECDSA on P-256, P-384 and P-521.";
        var type = _reader.RequiredNumber(handle, CKA.CKA_KEY_TYPE);
        switch (type)
        {
            case (ulong)CKK.CKK_RSA:
                key.Algorithm = KeyAlgorithm.Rsa;
                return null;
            case (ulong)CKK.CKK_EC:
                key.Algorithm = KeyAlgorithm.Ec;
                return _reader.Bytes(handle, CKA.CKA_EC_PARAMS) is { Length: > 0 } parameters && !PublicPart.IsSupportedCurve(parameters)
                    ? $"The key is on the curve {PublicPart.CurveName(parameters)}, which is not supported. {supported}"
                    : null;
            default:
                var name = Enum.IsDefined((CKK)type) ? ((CKK)type).ToString() : string.Create(CultureInfo.InvariantCulture, $"0x{type:x8}");
                return $"The key is of the type {name}, which is not supported. {supported}";
        }
    }

    private string? SetMechanisms(IObjectHandle handle, TokenKey key)
    {
        if (_reader.FlagIfKnown(handle, CKA.CKA_SIGN) == false)
        {
            return "The key may not sign (CKA_SIGN is false).";
        }

        if (key.Algorithm == KeyAlgorithm.Ec)
        {
            return _mechanisms.Refusal(handle, CKM.CKM_ECDSA);
        }

        var pkcs1 = _mechanisms.Refusal(handle, CKM.CKM_RSA_PKCS);
        key.SignsPkcs1 = pkcs1 is null;
        key.SignsPss = _mechanisms.Refusal(handle, CKM.CKM_RSA_PKCS_PSS) is null;
        return key.SignsPkcs1 || key.SignsPss ? null : pkcs1;
    }

    /// <summary>The private object's own word first, since two pairs may share a label or an id; then what a trial proves.</summary>
    private string? SetPublicKey(IObjectHandle handle, TokenKey key, KeySelector selector)
    {
        var own = _finder.PublicPartOf(handle);
        var isWhole = own is not null && _finder.IsWhole(handle);
        var known = new PublicKeyCandidates(_reader, _certificates);
        var certain = isWhole ? own : known.OnlyOneWithId(key);
        if (certain is not null && !_always)
        {
            return Use(key, certain);
        }

        var candidates = certain is not null ? [certain] : known.Of(own, key, selector);
        if (key.AlwaysAuthenticate)
        {
            // A trial would need the PIN. Each signature is read back all the same.
            return Use(key, candidates is [var single] ? single : null);
        }

        try
        {
            return Use(key, TrialSignature.Prove(_session, handle, key, candidates));
        }
        catch (Pkcs11Exception exception) when (ReturnValues.DispositionOf(exception.RV) is Disposition.RefuseRequest)
        {
            return $"The token refused a trial signature with the key ({exception.Method}: {ReturnValues.Name(exception.RV)}).";
        }
    }

    private static string? Use(TokenKey key, PublicPart? part)
    {
        if (part is null)
        {
            return "The token shows no public part of the key, and no certificate on it or in the configuration is the key's. Name the "
                + "right certificate file under 'certificate'.";
        }

        key.PublicKey = ByteString.CopyFrom(part.SubjectPublicKeyInfo);
        key.SizeBits = part.SizeBits;
        return null;
    }

    private static string? SizeProblem(TokenKey key) => key.Algorithm == KeyAlgorithm.Rsa && key.SizeBits < LeastRsaBits
        ? string.Create(CultureInfo.InvariantCulture, $"The RSA key has {key.SizeBits} bits; {LeastRsaBits} are the least that verifiers accept.")
        : null;
}
