using System.Buffers.Binary;
using Org.BouncyCastle.Bcpg;
using Org.BouncyCastle.Bcpg.OpenPgp;

namespace Signet.Formats.OpenPgp.Verification;

/// <summary>
/// Checks OpenPGP signatures over a content that is handed on in pieces. BouncyCastle reads and verifies them, so nothing is
/// shared with what signs.
/// </summary>
internal sealed class OpenPgpSignatures
{
    private readonly List<OpenPgpSignatureCheck> _checks;

    private OpenPgpSignatures(List<OpenPgpSignatureCheck> checks) => _checks = checks;

    /// <summary>Reads signature packets, armoured or binary.</summary>
    /// <exception cref="SignatureFormatException">They are none.</exception>
    public static OpenPgpSignatures Read(byte[] encoded, TrustAnchors trust)
    {
        var keys = new OpenPgpKeyring(trust.OpenPgpKeys ?? []);
        try
        {
            return new OpenPgpSignatures(
                [.. ReadPackets(encoded).Select(signature => new OpenPgpSignatureCheck(signature, keys, trust.Now))]);
        }
        catch (Exception exception) when (exception is not (SignatureFormatException or OutOfMemoryException))
        {
            // BouncyCastle throws many kinds of exceptions for bytes that make no sense.
            throw new SignatureFormatException(
                FormatFailure.Malformed, "The signature is no OpenPGP signature (RFC 9580 section 5.2).", exception);
        }
    }

    /// <summary>The next bytes of what was signed.</summary>
    public void Update(ReadOnlyMemory<byte> content)
    {
        foreach (var check in _checks)
        {
            check.Update(content.Span);
        }
    }

    /// <summary>All was handed on: what came out.</summary>
    public IReadOnlyList<SignatureReport> Finish() => [.. _checks.Select(check => check.Finish())];

    private static List<PgpSignature> ReadPackets(byte[] encoded)
    {
        using var input = PgpUtilities.GetDecoderStream(new MemoryStream(encoded));
        var factory = new PgpObjectFactory(input);
        var signatures = new List<PgpSignature>();
        while (factory.NextPgpObject() is { } packet)
        {
            if (packet is not PgpSignatureList list)
            {
                throw new InvalidDataException("A packet of another kind stands among the signatures.");
            }

            for (var index = 0; index < list.Count; index++)
            {
                signatures.Add(list[index]);
            }
        }

        return signatures.Count > 0 ? signatures : throw new InvalidDataException("There is no signature packet.");
    }
}

/// <summary>The check of one signature.</summary>
internal sealed class OpenPgpSignatureCheck
{
    // Those that are looked at here, and those that say something of keys or people alone (RFC 9580 section 5.2.3.7).
    private static readonly HashSet<SignatureSubpacketTag> Understood =
    [
        SignatureSubpacketTag.CreationTime, SignatureSubpacketTag.ExpireTime, SignatureSubpacketTag.IssuerKeyId,
        SignatureSubpacketTag.IssuerFingerprint, SignatureSubpacketTag.SignerUserId, SignatureSubpacketTag.KeyFlags,
        SignatureSubpacketTag.PolicyUrl,
    ];

    private readonly PgpSignature _signature;
    private readonly DateTimeOffset _now;
    private readonly OpenPgpCertificate? _found;
    private readonly List<string> _problems = [];

    /// <summary>Begins the check.</summary>
    public OpenPgpSignatureCheck(PgpSignature signature, OpenPgpKeyring keys, DateTimeOffset now)
    {
        _signature = signature;
        _now = now;
        var found = keys.Find(signature.KeyId, now.UtcDateTime);
        _found = found.FirstOrDefault(certificate => certificate.Problems(Made).Count == 0) ?? (found.Count > 0 ? found[0] : null);
        if (_found is not null)
        {
            signature.InitVerify(_found.Key);
        }
        else
        {
            _problems.Add(keys.IsEmpty
                ? "The signer's public key is not known: say where it is (--openpgp-key FILE)."
                : "None of the OpenPGP keys that are trusted made it.");
        }
    }

    /// <summary>The next bytes of what was signed.</summary>
    public void Update(ReadOnlySpan<byte> content)
    {
        if (_found is not null)
        {
            _signature.Update(content);
        }
    }

    /// <summary>All was handed on: what came out.</summary>
    public SignatureReport Finish()
    {
        CheckForm();
        if (_found is not null)
        {
            _problems.AddRange(_found.Problems(Made));
            CheckSignature();
        }

        return new SignatureReport(null, [], HashName, default, null, null, null, null, _problems)
        {
            OpenPgp = new OpenPgpSigner(Fingerprint(), _found?.UserId, Made),
        };
    }

    private DateTime Made => _signature.CreationTime.ToUniversalTime();

    private string HashName => _signature.HashAlgorithm switch
    {
        HashAlgorithmTag.Sha256 => "SHA-256",
        HashAlgorithmTag.Sha384 => "SHA-384",
        HashAlgorithmTag.Sha512 => "SHA-512",
        var other => other.ToString(),
    };

    private void CheckForm()
    {
        if (_signature.HashAlgorithm is not (HashAlgorithmTag.Sha256 or HashAlgorithmTag.Sha384 or HashAlgorithmTag.Sha512))
        {
            _problems.Add($"Its digest is made with {HashName}, which is not accepted.");
        }

        if (_signature.SignatureType is not (PgpSignature.BinaryDocument or PgpSignature.CanonicalTextDocument))
        {
            _problems.Add("It is no signature over a document.");
        }

        var hashed = _signature.GetHashedSubPackets();
        if (hashed is null || !hashed.HasSubpacket(SignatureSubpacketTag.CreationTime))
        {
            _problems.Add("It does not say when it was made (RFC 9580 section 5.2.3.11).");
            return;
        }

        if (hashed.GetCriticalTags().Any(tag => !Understood.Contains(tag)))
        {
            _problems.Add("It has a critical subpacket that is not understood (RFC 9580 section 5.2.3.7).");
        }

        var lifetime = hashed.GetSignatureExpirationTime();
        if (lifetime > 0 && Made.AddSeconds(lifetime) < _now.UtcDateTime)
        {
            _problems.Add("It has expired.");
        }
    }

    private void CheckSignature()
    {
        bool holds;
        try
        {
            holds = _signature.Verify();
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // Numbers that are no signature of such a key.
            holds = false;
        }

        if (!holds)
        {
            _problems.Add("Its signature is not valid: the file was changed after it was signed, or another key signed it.");
        }
    }

    private string Fingerprint()
    {
        if (_found is { } found)
        {
            return Convert.ToHexStringLower(found.Key.GetFingerprint());
        }

        var id = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(id, _signature.KeyId);
        return Convert.ToHexStringLower(id);
    }
}
