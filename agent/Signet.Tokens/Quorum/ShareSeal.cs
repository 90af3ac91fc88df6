using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;

namespace Signet.Tokens.Quorum;

/// <summary>Seals a share to an operator's certificate: CMS EnvelopedData (RFC 5652 section 6) with AES-256.</summary>
/// <remarks>
/// The content is not authenticated by CMS; the quorum's file has the SHA-256 of every share, and a share has the full
/// entropy of its 32 bytes, so that the hash gives nothing away.
/// </remarks>
internal static class ShareSeal
{
    // id-aes256-CBC (RFC 3565 section 4.1)
    private static readonly AlgorithmIdentifier Aes256 = new(new Oid("2.16.840.1.101.3.4.1.42"));

    /// <summary>Seals a share.</summary>
    /// <param name="share">The share.</param>
    /// <param name="certificate">With an RSA key.</param>
    /// <param name="onCard">Whether the key is on a card: those know RSAES-PKCS1-v1_5 (RFC 8017 section 7.2), few know OAEP.</param>
    /// <returns>DER.</returns>
    public static byte[] Seal(byte[] share, X509Certificate2 certificate, bool onCard)
    {
        var envelope = new EnvelopedCms(new ContentInfo(share), Aes256);
        envelope.Encrypt(new CmsRecipient(
            SubjectIdentifierType.IssuerAndSerialNumber, certificate,
            onCard ? RSAEncryptionPadding.Pkcs1 : RSAEncryptionPadding.OaepSHA256));
        return envelope.Encode();
    }

    /// <summary>Opens a share; the caller zeroes it.</summary>
    /// <param name="box">DER.</param>
    /// <param name="key">The operator's private key.</param>
    /// <exception cref="CryptographicException">It is not sealed to this key.</exception>
    public static byte[] Open(byte[] box, RSA key)
    {
        var envelope = new EnvelopedCms();
        envelope.Decode(box);
        if (envelope.RecipientInfos is not { Count: 1 } recipients)
        {
            throw new CryptographicException("A share is sealed to one operator.");
        }

        envelope.Decrypt(recipients[0], key);
        return envelope.ContentInfo.Content;
    }
}
