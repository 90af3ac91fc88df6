using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;
using Signet.Tokens.Pkcs11;

namespace Signet.Tokens.Quorum;

/// <summary>A card that was found, with an open session in which nobody is logged in.</summary>
internal sealed record CardMatch(ISlot Slot, ISession Session);

/// <summary>Looks for the card with an operator's key among all slots of a module, without a login.</summary>
internal sealed class CardSearch
{
    private readonly IReadOnlyList<byte[]> _moduli;

    /// <summary>Prepares the search.</summary>
    /// <param name="certificates">DER.</param>
    /// <exception cref="SigningException">INVALID_REQUEST: one has no RSA key.</exception>
    public CardSearch(IReadOnlyList<byte[]> certificates) => _moduli = [.. certificates.Select(ModulusOf)];

    /// <summary>
    /// The first card that shows a public key or a certificate of a wanted key. Where none does, the only one that shows
    /// neither before a login. Slots that fail are passed over: they are somebody else's reader, or an empty token.
    /// </summary>
    /// <exception cref="SigningException">TOKEN_ABSENT: there is none, or it cannot be told which.</exception>
    /// <exception cref="Pkcs11Exception">The slots cannot be listed.</exception>
    public CardMatch Find(IPkcs11Library library)
    {
        var silent = new List<CardMatch>();
        var failures = new List<string>();
        foreach (var slot in library.GetSlotList(SlotsType.WithTokenPresent))
        {
            ISession? session = null;
            try
            {
                var flags = slot.GetTokenInfo().TokenFlags;
                session = slot.OpenSession(SessionType.ReadOnly);
                var (isWanted, isSilent) = Look(new ObjectReader(session));
                if (isWanted)
                {
                    silent.ForEach(other => Close(other.Session));
                    return new CardMatch(slot, session);
                }

                if (isSilent && flags is { TokenInitialized: true, LoginRequired: true })
                {
                    silent.Add(new CardMatch(slot, session));
                    session = null;
                }
            }
            catch (Pkcs11Exception exception)
            {
                failures.Add($"slot {slot.SlotId}: {exception.Method} {exception.RV}");
            }

            Close(session);
        }

        if (silent is [var only])
        {
            return only;
        }

        silent.ForEach(other => Close(other.Session));
        throw Absent(silent.Count, failures);
    }

    /// <summary>What a certificate is known by in <see cref="PrivateKeys"/>.</summary>
    public static string NameOf(byte[] certificate) => Convert.ToHexString(SHA256.HashData(certificate));

    /// <summary>The private keys of certificates that a session shows, by <see cref="NameOf"/>.</summary>
    /// <exception cref="Pkcs11Exception">The session failed.</exception>
    public static Dictionary<string, IObjectHandle> PrivateKeys(ISession session, IReadOnlyList<byte[]> certificates)
    {
        var reader = new ObjectReader(session);
        var all = reader.Find(CKO.CKO_PRIVATE_KEY)
            .Select(handle => (Handle: handle, Modulus: ModulusOf(reader, handle), Id: reader.Bytes(handle, CKA.CKA_ID))).ToList();
        var found = new Dictionary<string, IObjectHandle>(StringComparer.Ordinal);
        foreach (var certificate in certificates)
        {
            var modulus = ModulusOf(certificate);
            // The private object's own modulus decides. One that does not show it is found by the id of its public half.
            var same = all.Where(key => AreSame(key.Modulus, modulus)).ToList();
            if (same.Count == 0)
            {
                var ids = PublicIds(reader, modulus);
                same = [.. all.Where(key => key.Modulus is null && key.Id is { Length: > 0 } id && ids.Any(other => AreSame(other, id)))];
            }

            if (same.Count > 0)
            {
                found[NameOf(certificate)] = same[0].Handle;
            }
        }

        return found;
    }

    private (bool IsWanted, bool IsSilent) Look(ObjectReader reader)
    {
        var keys = reader.Find(CKO.CKO_PUBLIC_KEY);
        var certificates = reader.Find(CKO.CKO_CERTIFICATE);
        var moduli = keys.Select(handle => ModulusOf(reader, handle))
            .Concat(certificates.Select(handle => ModulusOfCertificate(reader, handle)));
        return (moduli.Any(modulus => _moduli.Any(wanted => AreSame(modulus, wanted))), keys.Count + certificates.Count == 0);
    }

    private static List<byte[]> PublicIds(ObjectReader reader, byte[] modulus) =>
    [
        .. reader.Find(CKO.CKO_PUBLIC_KEY).Where(handle => AreSame(ModulusOf(reader, handle), modulus))
            .Concat(reader.Find(CKO.CKO_CERTIFICATE).Where(handle => AreSame(ModulusOfCertificate(reader, handle), modulus)))
            .Select(handle => reader.Bytes(handle, CKA.CKA_ID)).OfType<byte[]>(),
    ];

    private static byte[]? ModulusOf(ObjectReader reader, IObjectHandle handle) =>
        reader.Bytes(handle, CKA.CKA_MODULUS) is { Length: > 0 } modulus ? modulus.AsSpan().TrimStart((byte)0).ToArray() : null;

    private static byte[]? ModulusOfCertificate(ObjectReader reader, IObjectHandle handle)
    {
        try
        {
            return reader.Bytes(handle, CKA.CKA_VALUE) is { Length: > 0 } der ? ModulusOf(der) : null;
        }
        catch (Exception exception) when (exception is CryptographicException or SigningException)
        {
            // Not an X.509 certificate, or one with another kind of key.
            return null;
        }
    }

    private static byte[] ModulusOf(byte[] certificate)
    {
        using var parsed = X509CertificateLoader.LoadCertificate(certificate);
        using var rsa = parsed.GetRSAPublicKey()
            ?? throw new SigningException(ErrorReason.InvalidRequest, "The operator's certificate has no RSA key.");
        return rsa.ExportParameters(includePrivateParameters: false).Modulus!;
    }

    private static bool AreSame(byte[]? one, byte[]? other) =>
        one is not null && other is not null && one.AsSpan().SequenceEqual(other);

    private static SigningException Absent(int silent, List<string> failures)
    {
        var passed = failures.Count == 0 ? string.Empty : $" Passed over: {string.Join("; ", failures)}.";
        return new SigningException(
            ErrorReason.TokenAbsent,
            (silent > 1
                ? $"{silent} cards show no key and no certificate before a login, so it cannot be told which is this operator's. Leave only that one in."
                : "No card with the key of this operator is there. Insert it and try again.") + passed);
    }

    private static void Close(ISession? session)
    {
        try
        {
            session?.Dispose();
        }
        catch (Pkcs11Exception)
        {
            // A session that cannot be closed is gone already.
        }
    }
}
