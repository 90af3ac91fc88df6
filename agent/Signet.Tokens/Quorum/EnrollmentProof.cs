using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;

namespace Signet.Tokens.Quorum;

/// <summary>
/// The proof that an operator's key opens what is sealed to the operator's certificate. The operator's process tells the
/// hash of what it opened and nothing else, and only of a text that is marked as a challenge: so nobody can have it open
/// a share that way.
/// </summary>
public static class EnrollmentProof
{
    private const int RandomBytes = 32;

    private static ReadOnlySpan<byte> Mark => "signet quorum challenge "u8;

    /// <summary>Seals a text of its own to the certificate, in the operator's process, and opens it with the key.</summary>
    /// <param name="certificate">DER.</param>
    /// <param name="key">The private key, or the card's.</param>
    /// <param name="onCard">Whether the key is on a card.</param>
    /// <exception cref="SigningException">INVALID_REQUEST: the key does not open it.</exception>
    public static void Demand(byte[] certificate, RSA key, bool onCard)
    {
        var content = NewContent();
        using var parsed = X509CertificateLoader.LoadCertificate(certificate);
        if (!Open(ShareSeal.Seal(content, parsed, onCard), key).AsSpan().SequenceEqual(content))
        {
            throw NotOpened(null);
        }
    }

    /// <summary>The answer to a challenge of the token host.</summary>
    /// <param name="challenge">CMS, DER.</param>
    /// <param name="key">The private key, or the card's.</param>
    /// <exception cref="SigningException">INVALID_REQUEST: the key does not open it; TOKEN_FAILED: it is no challenge.</exception>
    public static byte[] Answer(byte[] challenge, RSA key)
    {
        var content = Open(challenge, key);
        return content.Length == Mark.Length + RandomBytes && content.AsSpan().StartsWith(Mark)
            ? AnswerTo(content)
            : throw new SigningException(ErrorReason.TokenFailed, "What the token host sent to be opened is no challenge, so nothing was answered.");
    }

    /// <summary>A text to seal.</summary>
    internal static byte[] NewContent() => [.. Mark, .. RandomNumberGenerator.GetBytes(RandomBytes)];

    /// <summary>What proves that somebody has opened it.</summary>
    internal static byte[] AnswerTo(byte[] content) => SHA256.HashData(content);

    private static byte[] Open(byte[] box, RSA key)
    {
        try
        {
            return ShareSeal.Open(box, key);
        }
        catch (CryptographicException exception)
        {
            throw NotOpened(exception);
        }
    }

    private static SigningException NotOpened(CryptographicException? cause) => new(
        ErrorReason.InvalidRequest,
        $"The key does not open what is sealed to its certificate, so a share would be lost: nothing was changed. {cause?.Message} "
        + "It has to be an RSA key that may decrypt (CKA_DECRYPT) after one login.",
        innerException: cause);
}
