using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;
using Signet.Tokens.Pkcs11;

namespace Signet.Tokens.Quorum;

/// <summary>
/// The RSA key on an operator's own card, which opens that operator's share (C_Decrypt with CKM_RSA_PKCS). It lives in the
/// operator's own process; the card of the release key is another one, in another process.
/// </summary>
/// <remarks>Not safe for several threads. Disposing it logs out and unloads the module.</remarks>
public sealed class CardKey : RSA
{
    private readonly IPkcs11Library _library;
    private readonly ISession _session;
    private readonly IObjectHandle _key;
    private readonly RSAParameters _public;

    private CardKey(IPkcs11Library library, ISession session, IObjectHandle key, RSAParameters publicKey)
    {
        _library = library;
        _session = session;
        _key = key;
        _public = publicKey;
        KeySizeValue = publicKey.Modulus!.Length * 8;
    }

    /// <summary>Finds the card that has the certificate's key, and logs in.</summary>
    /// <param name="modulePath">Absolute path of the card's PKCS#11 module.</param>
    /// <param name="certificate">The operator's certificate, DER.</param>
    /// <param name="pin">The card's PIN, UTF-8. The caller zeroes it.</param>
    /// <exception cref="SigningException">TOKEN_ABSENT, INVALID_REQUEST for a wrong PIN, or TOKEN_FAILED.</exception>
    public static CardKey Open(string modulePath, byte[] certificate, byte[] pin)
    {
        ArgumentNullException.ThrowIfNull(pin);
        using var parsed = X509CertificateLoader.LoadCertificate(certificate);
        using var rsa = parsed.GetRSAPublicKey()
            ?? throw new SigningException(ErrorReason.InvalidRequest, "The operator's certificate has no RSA key.");
        var parameters = rsa.ExportParameters(includePrivateParameters: false);
        IPkcs11Library? library = null;
        try
        {
            library = Pkcs11Module.Load(modulePath);
            return Find(library, parameters, pin);
        }
        catch (Exception exception) when (ModuleFailures.Includes(exception))
        {
            library?.Dispose();
            throw exception is Pkcs11Exception failure
                ? LoginErrors.Explain(failure)
                : new SigningException(ErrorReason.TokenFailed, ModuleFailures.Explain(exception), innerException: exception);
        }
        catch (SigningException)
        {
            library?.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override byte[] Decrypt(byte[] data, RSAEncryptionPadding padding)
    {
        if (padding != RSAEncryptionPadding.Pkcs1)
        {
            throw new CryptographicException("Shares are sealed to cards with RSAES-PKCS1-v1_5.");
        }

        using var mechanism = _session.Factories.MechanismFactory.Create(CKM.CKM_RSA_PKCS);
        try
        {
            return _session.Decrypt(mechanism, _key, data);
        }
        catch (Pkcs11Exception exception)
        {
            throw new CryptographicException($"The card did not open the share ({exception.RV}).", exception);
        }
    }

    /// <inheritdoc/>
    public override RSAParameters ExportParameters(bool includePrivateParameters) => includePrivateParameters
        ? throw new CryptographicException("The key stays on its card.")
        : _public;

    /// <inheritdoc/>
    public override void ImportParameters(RSAParameters parameters) =>
        throw new CryptographicException("The key stays on its card.");

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            try
            {
                _session.Logout();
                _session.Dispose();
                _library.Dispose();
            }
            catch (Pkcs11Exception)
            {
                // The card is gone, and its login with it.
            }
        }

        base.Dispose(disposing);
    }

    private static CardKey Find(IPkcs11Library library, RSAParameters publicKey, byte[] pin)
    {
        foreach (var slot in library.GetSlotList(SlotsType.WithTokenPresent))
        {
            var session = slot.OpenSession(SessionType.ReadOnly);
            var reader = new ObjectReader(session);
            var half = reader.Find(CKO.CKO_PUBLIC_KEY).FirstOrDefault(
                handle => reader.Bytes(handle, CKA.CKA_MODULUS) is { } modulus
                    && modulus.AsSpan().TrimStart((byte)0).SequenceEqual(publicKey.Modulus));
            if (half is null)
            {
                session.Dispose();
                continue;
            }

            session.Login(CKU.CKU_USER, pin);
            var id = reader.Bytes(half, CKA.CKA_ID);
            return reader.Find(CKO.CKO_PRIVATE_KEY, id: id) is [var key]
                ? new CardKey(library, session, key, publicKey)
                : throw new SigningException(ErrorReason.TokenFailed, "The card shows no private key beside the operator's public key.");
        }

        throw new SigningException(ErrorReason.TokenAbsent, "No card with the key of this operator is there. Insert it and try again.");
    }
}
