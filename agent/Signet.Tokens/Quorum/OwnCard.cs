using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;
using Signet.Tokens.Pkcs11;

namespace Signet.Tokens.Quorum;

/// <summary>
/// An operator's own card, whose key opens that operator's share. It lives in the operator's own process; the card of the
/// release key is another one, in another process. What it says of its PIN can be read before anybody types one.
/// </summary>
/// <remarks>Not safe for several threads. Disposing it logs out and unloads the module.</remarks>
public sealed class OwnCard : IDisposable
{
    private const string Name = "own card";

    private readonly IPkcs11Library _library;
    private readonly CardMatch _match;
    private readonly IReadOnlyList<byte[]> _certificates;
    private Dictionary<string, IObjectHandle> _keys = new(StringComparer.Ordinal);
    private volatile bool _calling;

    private OwnCard(IPkcs11Library library, CardMatch match, IReadOnlyList<byte[]> certificates)
    {
        _library = library;
        _match = match;
        _certificates = certificates;
        if (!match.Slot.GetTokenInfo().TokenFlags.LoginRequired)
        {
            // Some modules leave the flag unset and want a login all the same: the key shows that.
            _keys = CardSearch.PrivateKeys(match.Session, certificates);
        }
    }

    /// <summary>Whether a login is needed before the card opens anything.</summary>
    public bool NeedsLogin => _keys.Count == 0;

    /// <summary>Finds the card that has the key of one of the certificates. No PIN is tried.</summary>
    /// <param name="modulePath">Absolute path of the card's PKCS#11 module.</param>
    /// <param name="certificates">The operator's certificates, DER.</param>
    /// <exception cref="SigningException">TOKEN_ABSENT, TOKEN_FAILED, or INVALID_REQUEST for a certificate without an RSA key.</exception>
    public static OwnCard Find(string modulePath, IReadOnlyList<byte[]> certificates)
    {
        ArgumentNullException.ThrowIfNull(certificates);
        IPkcs11Library? library = null;
        try
        {
            library = Pkcs11Module.Load(modulePath);
            return new OwnCard(library, new CardSearch(certificates).Find(library), certificates);
        }
        catch (Exception exception) when (ModuleFailures.Includes(exception))
        {
            library?.Dispose();
            throw new SigningException(ErrorReason.TokenFailed, ModuleFailures.Explain(exception), innerException: exception);
        }
        catch (Exception exception) when (exception is SigningException or CryptographicException)
        {
            library?.Dispose();
            throw;
        }
    }

    /// <summary>What the card says of itself now.</summary>
    /// <exception cref="SigningException">TOKEN_FAILED.</exception>
    public TokenStatus ReadStatus()
    {
        try
        {
            var info = _match.Slot.GetTokenInfo();
            return new TokenStatus
            {
                Name = Name,
                State = info.TokenFlags.UserPinLocked ? TokenState.Blocked : TokenState.Locked,
                Label = TokenSelector.Trim(info.Label),
                Manufacturer = TokenSelector.Trim(info.ManufacturerId),
                Model = TokenSelector.Trim(info.Model),
                Serial = TokenSelector.Trim(info.SerialNumber),
                PinCounter = TokenDescription.CounterOf(info.TokenFlags),
                UnlockMethod = info.TokenFlags.ProtectedAuthenticationPath ? UnlockMethod.PinPad : UnlockMethod.Pin,
                Hardware = true,
            };
        }
        catch (Pkcs11Exception exception)
        {
            throw new SigningException(ErrorReason.TokenFailed, ModuleFailures.Explain(exception), innerException: exception);
        }
    }

    /// <summary>Logs in, once: whatever comes of it, a PIN is never tried again.</summary>
    /// <param name="pin">UTF-8, and the caller zeroes it; null for the card's own pad.</param>
    /// <exception cref="SigningException">INVALID_REQUEST for a wrong PIN, TOKEN_ABSENT, TOKEN_FAILED.</exception>
    public void LogIn(byte[]? pin)
    {
        _calling = true;
        try
        {
            _match.Session.Login(CKU.CKU_USER, pin);
            _keys = CardSearch.PrivateKeys(_match.Session, _certificates);
        }
        catch (Pkcs11Exception exception)
        {
            throw LoginErrors.Explain(exception);
        }
        finally
        {
            _calling = false;
        }

        if (_keys.Count == 0)
        {
            throw new SigningException(
                ErrorReason.TokenFailed,
                "The card took the PIN, and shows no private key of this operator's certificate. Check certificate and card; the PIN is not tried again.");
        }
    }

    /// <summary>The key of a certificate, which works until the card is disposed of; null where it is not on this card.</summary>
    public RSA? KeyOf(byte[] certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        using var parsed = X509CertificateLoader.LoadCertificate(certificate);
        using var rsa = parsed.GetRSAPublicKey();
        return rsa is not null && _keys.TryGetValue(CardSearch.NameOf(certificate), out var handle)
            ? new CardKey(_match.Session, handle, rsa.ExportParameters(includePrivateParameters: false))
            : null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_calling)
        {
            // A login waits in the module, at a pad for instance, and nothing else may be called there. The end of the
            // process ends both.
            return;
        }

        try
        {
            _match.Session.Dispose();
            _library.Dispose();
        }
        catch (Pkcs11Exception)
        {
            // The card is gone, and its login with it.
        }
    }
}
