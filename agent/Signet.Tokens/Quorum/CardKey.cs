using System.Security.Cryptography;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;

namespace Signet.Tokens.Quorum;

/// <summary>
/// The RSA key on an operator's own card, which opens that operator's share (C_Decrypt with CKM_RSA_PKCS). It works for as
/// long as its <see cref="OwnCard"/> does.
/// </summary>
/// <remarks>Not safe for several threads.</remarks>
internal sealed class CardKey : RSA
{
    private readonly ISession _session;
    private readonly IObjectHandle _key;
    private readonly RSAParameters _public;

    /// <summary>Wraps a key of a session.</summary>
    /// <param name="session">Logged in, where the key wants it.</param>
    /// <param name="key">The private key.</param>
    /// <param name="publicKey">Its public half.</param>
    public CardKey(ISession session, IObjectHandle key, RSAParameters publicKey)
    {
        _session = session;
        _key = key;
        _public = publicKey;
        KeySizeValue = publicKey.Modulus!.Length * 8;
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
            throw new CryptographicException($"The card did not open it ({exception.Method}: {exception.RV}).", exception);
        }
    }

    /// <inheritdoc/>
    public override RSAParameters ExportParameters(bool includePrivateParameters) => includePrivateParameters
        ? throw new CryptographicException("The key stays on its card.")
        : _public;

    /// <inheritdoc/>
    public override void ImportParameters(RSAParameters parameters) =>
        throw new CryptographicException("The key stays on its card.");
}
