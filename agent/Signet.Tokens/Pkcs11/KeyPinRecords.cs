using Signet.Protocol.Errors;
using Signet.Protocol.V1;
using Signet.Tokens.Host;

namespace Signet.Tokens.Pkcs11;

/// <summary>PINs of keys that want one at each use: given by operators and refused by tokens, on record.</summary>
internal sealed class KeyPinRecords(Pkcs11TokenOptions token, Pkcs11Connection connection, KeyPins pins, TokenFeed feed)
{
    /// <summary>Keeps the PIN for one request.</summary>
    /// <param name="account">The operator.</param>
    /// <param name="key">The key.</param>
    /// <param name="request">What it is for.</param>
    /// <param name="pin">The PIN; zeroed when it is used up.</param>
    /// <exception cref="SigningException">INVALID_REQUEST; the PIN is zeroed.</exception>
    public void Give(string account, TokenKey key, GiveKeyPinRequest request, Secret pin)
    {
        if (!key.AlwaysAuthenticate)
        {
            pin.Dispose();
            throw new SigningException(ErrorReason.InvalidRequest, $"{TokenMessages.NameOf(key)} asks for no PIN at its use.");
        }

        var name = key.Label.Length > 0 ? key.Label : Convert.ToHexStringLower(key.Id.Span);
        feed.Note(
            TokenEventKind.KeyPinGiven, account, $"for request {request.RequestId}, key {name}, {request.Signatures} signatures");
        pins.Give(
            request.RequestId, request.Key, pin, request.Signatures, request.ExpiresAt?.ToDateTimeOffset() ?? DateTimeOffset.MaxValue,
            request.AcceptFinalTry);
    }

    /// <summary>The token did not take one; what it says of its counter now is published with it.</summary>
    public void NoteRefused(string requestId, KeyPinRefusedException exception)
    {
        var info = connection.TryReadInfo();
        feed.Publish(
            status =>
            {
                if (info is not null)
                {
                    TokenDescription.Apply(info, token, status);
                }
            },
            TokenEventKind.UnlockFailed,
            detail: $"request {requestId}: {exception.Message}");
    }
}
