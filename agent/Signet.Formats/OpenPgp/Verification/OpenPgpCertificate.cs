using Org.BouncyCastle.Bcpg;
using Org.BouncyCastle.Bcpg.OpenPgp;

namespace Signet.Formats.OpenPgp.Verification;

/// <summary>A ring of keys, and what it says of a key that signed (RFC 9580 sections 5.2.1 and 10.1.1).</summary>
/// <param name="ring">The primary key with its subkeys.</param>
/// <param name="key">The key of the ring that signed.</param>
/// <param name="now">When it is asked.</param>
internal sealed class OpenPgpCertificate(PgpPublicKeyRing ring, PgpPublicKey key, DateTime now)
{
    private const int MaySign = 0x02;
    private const byte Superseded = 1;
    private const byte Retired = 3;

    private readonly PgpPublicKey _primary = ring.GetPublicKey();
    private readonly SelfSignatures _selfSignatures = new(ring.GetPublicKey(), now);

    /// <summary>The key that signed.</summary>
    public PgpPublicKey Key => key;

    /// <summary>A user id that the primary key certifies; null for none.</summary>
    public string? UserId => _selfSignatures.UserIds.Select(pair => pair.UserId).LastOrDefault();

    private bool IsPrimary => key.GetFingerprint().AsSpan().SequenceEqual(_primary.GetFingerprint());

    /// <summary>Why the key could not sign at a time; empty where it could.</summary>
    public IReadOnlyList<string> Problems(DateTime signed)
    {
        var problems = new List<string>();
        if (_selfSignatures.KeyRevocations().Any(revocation => IsInForce(revocation, signed)))
        {
            problems.Add(IsPrimary ? "Its key was revoked." : "The primary key of its key was revoked.");
        }

        CheckPrimary(signed, problems);
        if (!IsPrimary)
        {
            CheckSubkey(signed, problems);
        }

        return problems;
    }

    private void CheckPrimary(DateTime signed, List<string> problems)
    {
        var certification = _selfSignatures.UserIds.Select(pair => pair.Certification).LastOrDefault();
        var stated = new[] { certification, _selfSignatures.Direct }.OfType<PgpSignature>().ToList();
        if (stated.Count == 0 && !(IsPrimary && _selfSignatures.IsBare))
        {
            problems.Add("Its primary key has no signature of its own over itself that holds (RFC 9580 section 10.1.1).");
        }

        if (!IsLive(_primary, signed) || stated.Any(self => !IsLive(_primary, signed, self)))
        {
            problems.Add(IsPrimary ? "It was made when its key was not valid." : "It was made when the primary key of its key was not valid.");
        }

        if (IsPrimary && stated.FirstOrDefault(StatesFlags) is { } flags && !AllowsSigning(flags))
        {
            problems.Add("Its key is not for signing data (RFC 9580 section 5.2.3.29).");
        }
    }

    private void CheckSubkey(DateTime signed, List<string> problems)
    {
        if (_selfSignatures.RevocationsOf(key).Any(revocation => IsInForce(revocation, signed)))
        {
            problems.Add("Its key was revoked.");
        }

        if (_selfSignatures.BindingOf(key) is not { } binding)
        {
            problems.Add("Its key is a subkey that its primary key never bound (RFC 9580 section 5.2.1.8).");
            return;
        }

        if (!AllowsSigning(binding))
        {
            problems.Add("Its key is a subkey that is not for signing data (RFC 9580 section 5.2.3.29).");
        }

        if (!_selfSignatures.HasBackSignature(binding, key))
        {
            problems.Add("Its key is a subkey that did not sign its binding to the primary key (RFC 9580 section 5.2.1.9).");
        }

        if (!IsLive(key, signed, binding))
        {
            problems.Add("It was made when its key was not valid.");
        }
    }

    private static bool IsLive(PgpPublicKey key, DateTime at, PgpSignature? self = null)
    {
        var created = key.CreationTime.ToUniversalTime();
        var lifetime = self?.GetHashedSubPackets()?.GetKeyExpirationTime() ?? 0;
        return at >= created && (lifetime <= 0 || at < created.AddSeconds(lifetime));
    }

    // Section 5.2.3.31: a key that was replaced or retired was good until then; for every other reason it never was.
    private static bool IsInForce(PgpSignature revocation, DateTime signed)
    {
        var reason = revocation.GetHashedSubPackets()?.GetSubpacket(SignatureSubpacketTag.RevocationReason)?.GetData();
        return reason is not [Superseded or Retired, ..] || signed >= revocation.CreationTime.ToUniversalTime();
    }

    private static bool StatesFlags(PgpSignature self) =>
        self.GetHashedSubPackets()?.HasSubpacket(SignatureSubpacketTag.KeyFlags) == true;

    private static bool AllowsSigning(PgpSignature self) =>
        StatesFlags(self) && (self.GetHashedSubPackets().GetKeyFlags() & MaySign) != 0;
}
