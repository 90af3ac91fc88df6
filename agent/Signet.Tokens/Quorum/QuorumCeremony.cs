using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Signet.Tokens.Host;

namespace Signet.Tokens.Quorum;

/// <summary>Makes a new quorum: a random PIN, a random key that seals it, and the shares of that key.</summary>
internal static class QuorumCeremony
{
    /// <summary>Makes it; nothing is changed or kept yet.</summary>
    /// <param name="tokenName">Name of the token.</param>
    /// <param name="rules">What the token is and which PINs it takes.</param>
    /// <param name="threshold">K.</param>
    /// <param name="members">The operators, K to 255.</param>
    /// <param name="by">Who makes or confirms it.</param>
    /// <param name="now">The time now.</param>
    /// <returns>The quorum, and the PIN that the token has to get. The caller disposes of it.</returns>
    public static (QuorumRecord Quorum, Secret Pin) Make(
        string tokenName, TokenPinRules rules, int threshold, IReadOnlyList<EnrolledOperator> members, IReadOnlyList<string> by,
        DateTimeOffset now)
    {
        var generation = Guid.NewGuid().ToString();
        var pin = QuorumPin.Make(rules);
        var key = GC.AllocateArray<byte>(SealedSecret.KeyBytes, pinned: true);
        RandomNumberGenerator.Fill(key);
        var shares = SecretSharing.Split(key, threshold, members.Count);
        try
        {
            var box = SealedSecret.Seal(key, pin.Bytes, QuorumRecord.ContextOf(tokenName, rules.Serial, generation));
            var parts = members.Select((member, index) => PartOf(member, (byte)(index + 1), shares[index])).ToList();
            return (new QuorumRecord(generation, tokenName, rules.Serial, threshold, now, by, box, parts), pin);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
            foreach (var share in shares)
            {
                CryptographicOperations.ZeroMemory(share);
            }
        }
    }

    /// <summary>Puts the PIN together.</summary>
    /// <param name="quorum">The quorum.</param>
    /// <param name="shares">As many as its threshold or more.</param>
    /// <returns>The PIN; the caller disposes of it.</returns>
    /// <exception cref="AuthenticationTagMismatchException">The shares do not belong together.</exception>
    public static Secret OpenPin(QuorumRecord quorum, IReadOnlyList<(byte Number, byte[] Share)> shares)
    {
        var key = SecretSharing.Combine([.. shares.Take(quorum.Threshold)]);
        try
        {
            return Secret.TakeOver(SealedSecret.Open(
                key, quorum.SealedPin, QuorumRecord.ContextOf(quorum.Token, quorum.Serial, quorum.Generation)));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private static QuorumPart PartOf(EnrolledOperator member, byte number, byte[] share)
    {
        using var certificate = X509CertificateLoader.LoadCertificate(member.Certificate);
        return new QuorumPart(
            member.Account, number, member.Certificate, member.SealedKey, ShareSeal.Seal(share, certificate, member.OnCard),
            SHA256.HashData(share));
    }
}
