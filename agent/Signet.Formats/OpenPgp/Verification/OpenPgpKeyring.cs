using Org.BouncyCastle.Bcpg.OpenPgp;

namespace Signet.Formats.OpenPgp.Verification;

/// <summary>The public keys that a verification trusts.</summary>
internal sealed class OpenPgpKeyring
{
    private readonly List<PgpPublicKeyRing> _rings = [];

    /// <summary>Reads the keys.</summary>
    /// <exception cref="SignatureFormatException">One cannot be read.</exception>
    public OpenPgpKeyring(IEnumerable<ReadOnlyMemory<byte>> keys)
    {
        foreach (var encoded in keys)
        {
            try
            {
                using var stream = PgpUtilities.GetDecoderStream(new MemoryStream(encoded.ToArray()));
                _rings.AddRange(new PgpPublicKeyRingBundle(stream).GetKeyRings());
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                // BouncyCastle throws many kinds of exceptions for bytes that make no sense.
                throw new SignatureFormatException(
                    FormatFailure.Malformed, "An OpenPGP public key that was given cannot be read.", exception);
            }
        }
    }

    /// <summary>Whether there is any key.</summary>
    public bool IsEmpty => _rings.Count == 0;

    /// <summary>
    /// The keys with this id, each with the ring that it stands in. There may be several: a ring that was given twice in two
    /// states, or one that took up a key of somebody else.
    /// </summary>
    /// <param name="keyId">The last eight bytes of the fingerprint.</param>
    /// <param name="now">When it is asked.</param>
    public IReadOnlyList<OpenPgpCertificate> Find(long keyId, DateTime now) =>
    [
        .. Joined().SelectMany(ring => ring.GetPublicKeys().Where(key => key.KeyId == keyId)
            .Select(key => new OpenPgpCertificate(ring, key, now))),
    ];

    /// <summary>Checks that a key that was just made is signed by itself.</summary>
    /// <exception cref="SignatureFormatException">It is not; it must not leave.</exception>
    public static void RequireSelfSigned(byte[] packets, string userId)
    {
        var key = new OpenPgpKeyring([packets])._rings[0].GetPublicKey();
        foreach (var signature in key.GetSignaturesForId(userId) ?? [])
        {
            signature.InitVerify(key);
            if (signature.VerifyCertification(userId, key))
            {
                return;
            }
        }

        throw new SignatureFormatException(FormatFailure.Malformed, "The key's signature over itself does not hold.");
    }

    // A revocation in one copy of a ring counts for the other copy too.
    private IEnumerable<PgpPublicKeyRing> Joined() => _rings
        .GroupBy(ring => Convert.ToHexString(ring.GetPublicKey().GetFingerprint()))
        .Select(copies => copies.Aggregate(PgpPublicKeyRing.Join));
}
