using System.Security.Cryptography;
using Google.Protobuf;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;

namespace Signet.Tokens.Quorum;

/// <summary>Opens an operator's own shares, in that operator's process.</summary>
public static class OwnShares
{
    /// <summary>Opens those that a passphrase guards.</summary>
    /// <param name="shares">As the token host gave them.</param>
    /// <param name="passphrase">UTF-8. The caller zeroes it.</param>
    /// <exception cref="SigningException">INVALID_REQUEST: the passphrase is wrong. Nothing was tried on the token.</exception>
    public static IReadOnlyList<OpenShare> OpenWithPassphrase(IEnumerable<SealedShare> shares, byte[] passphrase)
    {
        ArgumentNullException.ThrowIfNull(shares);
        var opened = new List<OpenShare>();
        foreach (var share in shares.Where(share => !share.SealedKey.IsEmpty))
        {
            using var key = new OperatorKey(share.Certificate.ToByteArray(), share.SealedKey.ToByteArray()).Open(passphrase);
            if (key is not null)
            {
                opened.Add(Open(share, key));
            }
        }

        return opened.Count > 0
            ? opened
            : throw new SigningException(
                ErrorReason.InvalidRequest, "The passphrase is wrong. No share was given, and nothing was tried on the token.");
    }

    /// <summary>Opens those whose key is on the operator's card.</summary>
    /// <param name="shares">As the token host gave them.</param>
    /// <param name="card">Logged in, where it wants that.</param>
    /// <exception cref="SigningException">TOKEN_FAILED.</exception>
    public static IReadOnlyList<OpenShare> OpenWithCard(IEnumerable<SealedShare> shares, OwnCard card)
    {
        ArgumentNullException.ThrowIfNull(shares);
        ArgumentNullException.ThrowIfNull(card);
        var opened = new List<OpenShare>();
        foreach (var share in shares.Where(share => share.SealedKey.IsEmpty))
        {
            using var key = card.KeyOf(share.Certificate.ToByteArray());
            if (key is not null)
            {
                opened.Add(Open(share, key));
            }
        }

        return opened;
    }

    private static OpenShare Open(SealedShare share, RSA key)
    {
        try
        {
            return new OpenShare
            {
                Generation = share.Generation,
                Share = UnsafeByteOperations.UnsafeWrap(ShareSeal.Open(share.SealedShare_.ToByteArray(), key)),
            };
        }
        catch (CryptographicException exception)
        {
            throw new SigningException(
                ErrorReason.TokenFailed,
                $"The share cannot be opened with this operator's key ({exception.Message.TrimEnd('.')}); the quorum's file may be damaged.",
                innerException: exception);
        }
    }
}
