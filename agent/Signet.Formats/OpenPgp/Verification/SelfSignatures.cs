using System.Text;
using Org.BouncyCastle.Bcpg;
using Org.BouncyCastle.Bcpg.OpenPgp;

namespace Signet.Formats.OpenPgp.Verification;

/// <summary>
/// What a primary key has signed over itself, its user ids and its subkeys (RFC 9580 section 5.2.1). Each signature is checked,
/// so that what others put into the ring changes nothing.
/// </summary>
/// <param name="primary">The key whose signatures count.</param>
/// <param name="now">Signatures from later on do not count yet.</param>
internal sealed class SelfSignatures(PgpPublicKey primary, DateTime now)
{
    private const int SubkeyBinding = 0x18;
    private const int KeyBackSignature = 0x19;
    private const int DirectKey = 0x1F;
    private const int KeyRevocation = 0x20;
    private const int SubkeyRevocation = 0x28;
    private const int CertificationRevocation = 0x30;

    /// <summary>User ids that the primary key certifies, with its newest certification of each, the newest last.</summary>
    public IReadOnlyList<(string UserId, PgpSignature Certification)> UserIds { get; } = ReadUserIds(primary, now);

    /// <summary>The newest signature over the primary key alone; null for none.</summary>
    public PgpSignature? Direct { get; } = Newest(
        OfType(primary, DirectKey).Where(signature => Counts(signature, primary, now, it => it.VerifyCertification(primary))));

    /// <summary>Whether the ring says nothing of the primary key but its numbers.</summary>
    public bool IsBare => !primary.GetRawUserIds().Any() && !primary.GetSignatures().Any();

    /// <summary>Revocations of the primary key.</summary>
    public IEnumerable<PgpSignature> KeyRevocations() => OfType(primary, KeyRevocation)
        .Where(signature => IsBy(signature, primary, it => it.VerifyCertification(primary)));

    /// <summary>Revocations of a subkey.</summary>
    public IEnumerable<PgpSignature> RevocationsOf(PgpPublicKey subkey) => OfType(subkey, SubkeyRevocation)
        .Where(signature => IsBy(signature, primary, it => it.VerifyCertification(primary, subkey)));

    /// <summary>The newest signature that binds a subkey; null where the primary key never did.</summary>
    public PgpSignature? BindingOf(PgpPublicKey subkey) => Newest(OfType(subkey, SubkeyBinding)
        .Where(signature => Counts(signature, primary, now, it => it.VerifyCertification(primary, subkey))));

    /// <summary>Whether a subkey says in its binding that it belongs to the primary key (section 5.2.1.9).</summary>
    public bool HasBackSignature(PgpSignature binding, PgpPublicKey subkey) =>
        new[] { binding.GetHashedSubPackets(), binding.GetUnhashedSubPackets() }
            .SelectMany(Embedded)
            .Any(back => back.SignatureType == KeyBackSignature
                && Counts(back, subkey, now, it => it.VerifyCertification(primary, subkey)));

    private static List<(string, PgpSignature)> ReadUserIds(PgpPublicKey primary, DateTime now)
    {
        var result = new List<(string UserId, PgpSignature Certification)>();

        // GetUserIds would read UTF-8 as Latin-1.
        foreach (var userId in primary.GetRawUserIds().Select(Encoding.UTF8.GetString).Distinct(StringComparer.Ordinal))
        {
            var all = (primary.GetSignaturesForId(userId) ?? []).ToList();
            var newest = Newest(all.Where(signature => signature.IsCertification()
                && Counts(signature, primary, now, it => it.VerifyCertification(userId, primary))));
            var revoked = all.Where(signature => signature.SignatureType == CertificationRevocation
                && IsBy(signature, primary, it => it.VerifyCertification(userId, primary)));
            if (newest is not null && !revoked.Any(revocation => revocation.CreationTime >= newest.CreationTime))
            {
                result.Add((userId, newest));
            }
        }

        return [.. result.OrderBy(pair => pair.Certification.CreationTime)];
    }

    private static IEnumerable<PgpSignature> Embedded(PgpSignatureSubpacketVector? packets)
    {
        var list = packets?.GetEmbeddedSignatures();
        for (var index = 0; index < (list?.Count ?? 0); index++)
        {
            yield return list![index];
        }
    }

    private static IEnumerable<PgpSignature> OfType(PgpPublicKey key, int type) =>
        key.GetSignatures().Where(signature => signature.SignatureType == type);

    private static PgpSignature? Newest(IEnumerable<PgpSignature> signatures) => signatures.MaxBy(signature => signature.CreationTime);

    // A revocation counts in any form; what gives a right has to be in force and understood.
    private static bool Counts(PgpSignature signature, PgpPublicKey signer, DateTime now, Func<PgpSignature, bool> verify)
    {
        var hashed = signature.GetHashedSubPackets();
        var lifetime = hashed?.GetSignatureExpirationTime() ?? 0;
        return signature.HashAlgorithm != HashAlgorithmTag.MD5
            && signature.CreationTime.ToUniversalTime() is var made && made <= now
            && (lifetime <= 0 || made.AddSeconds(lifetime) > now)
            && (hashed is null || hashed.GetCriticalTags().All(IsUnderstood))
            && IsBy(signature, signer, verify);
    }

    // Section 5.2.3.7, from the creation time to the issuer's fingerprint. Notations and limited trust are not looked at here.
    private static bool IsUnderstood(SignatureSubpacketTag tag) =>
        tag is >= SignatureSubpacketTag.CreationTime and <= SignatureSubpacketTag.IssuerFingerprint
            and not (SignatureSubpacketTag.NotationData or SignatureSubpacketTag.TrustSig or SignatureSubpacketTag.RegExp);

    private static bool IsBy(PgpSignature signature, PgpPublicKey signer, Func<PgpSignature, bool> verify)
    {
        if (signature.KeyId != signer.KeyId && signature.KeyId != 0)
        {
            return false;
        }

        try
        {
            signature.InitVerify(signer);
            return verify(signature);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // Numbers that are no signature of such a key.
            return false;
        }
    }
}
