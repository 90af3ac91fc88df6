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

    /// <summary>The key with this id, and the primary key that it belongs to; null where it is not here.</summary>
    public (PgpPublicKey Key, PgpPublicKey Primary)? Find(long keyId)
    {
        foreach (var ring in _rings)
        {
            if (ring.GetPublicKey(keyId) is { } key)
            {
                return (key, ring.GetPublicKey());
            }
        }

        return null;
    }

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
}
