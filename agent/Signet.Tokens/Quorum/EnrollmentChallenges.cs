using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Signet.Tokens.Quorum;

/// <summary>
/// What the token host seals to a certificate before it enrolls an operator with it: only who opens that can open a share
/// later. An operator has one at a time, for a few minutes.
/// </summary>
/// <remarks>Used by one thread at a time.</remarks>
internal sealed class EnrollmentChallenges(TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly Dictionary<string, (byte[] CertificateSha256, byte[] Answer, long Since)> _open = new(StringComparer.Ordinal);

    /// <summary>Makes one, in place of the operator's earlier one.</summary>
    /// <param name="account">The operator.</param>
    /// <param name="certificate">DER, with an RSA key.</param>
    /// <param name="onCard">Whether its key is on a card.</param>
    /// <returns>Sealed as a share would be.</returns>
    public byte[] Make(string account, byte[] certificate, bool onCard)
    {
        var content = EnrollmentProof.NewContent();
        using var parsed = X509CertificateLoader.LoadCertificate(certificate);
        var box = ShareSeal.Seal(content, parsed, onCard);
        _open[account] = (SHA256.HashData(certificate), EnrollmentProof.AnswerTo(content), time.GetTimestamp());
        return box;
    }

    /// <summary>Whether the answer is right. A challenge is answered once, rightly or wrongly.</summary>
    /// <param name="account">The operator.</param>
    /// <param name="certificate">The one that it was made for, DER.</param>
    /// <param name="answer">What the operator's process made of it.</param>
    public bool TryAnswer(string account, byte[] certificate, byte[] answer) =>
        _open.Remove(account, out var challenge)
        && time.GetElapsedTime(challenge.Since) < Patience
        && challenge.CertificateSha256.AsSpan().SequenceEqual(SHA256.HashData(certificate))
        && CryptographicOperations.FixedTimeEquals(challenge.Answer, answer);
}
