using System.Security.Cryptography;
using System.Text;

namespace Signet.Tokens.Quorum;

/// <summary>Seals bytes with AES-256-GCM (NIST SP 800-38D): nonce of 12 bytes, ciphertext, tag of 16 bytes, in this order.</summary>
internal static class SealedSecret
{
    /// <summary>Bytes of a key.</summary>
    public const int KeyBytes = 32;

    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    /// <summary>Seals.</summary>
    /// <param name="key">32 bytes that seal nothing else.</param>
    /// <param name="secret">What is sealed.</param>
    /// <param name="context">What it is for; it opens only with the same text.</param>
    public static byte[] Seal(ReadOnlySpan<byte> key, ReadOnlySpan<byte> secret, string context)
    {
        var box = new byte[NonceBytes + secret.Length + TagBytes];
        RandomNumberGenerator.Fill(box.AsSpan(0, NonceBytes));
        using var cipher = new AesGcm(key, TagBytes);
        cipher.Encrypt(
            box.AsSpan(0, NonceBytes), secret, box.AsSpan(NonceBytes, secret.Length), box.AsSpan(NonceBytes + secret.Length),
            Encoding.UTF8.GetBytes(context));
        return box;
    }

    /// <summary>Opens; the caller zeroes what it gets.</summary>
    /// <exception cref="AuthenticationTagMismatchException">The key, the context or the box is not the one it was sealed with.</exception>
    public static byte[] Open(ReadOnlySpan<byte> key, ReadOnlySpan<byte> box, string context)
    {
        if (box.Length < NonceBytes + TagBytes)
        {
            throw new AuthenticationTagMismatchException();
        }

        var secret = GC.AllocateArray<byte>(box.Length - NonceBytes - TagBytes, pinned: true);
        using var cipher = new AesGcm(key, TagBytes);
        cipher.Decrypt(
            box[..NonceBytes], box.Slice(NonceBytes, secret.Length), box[^TagBytes..], secret, Encoding.UTF8.GetBytes(context));
        return secret;
    }
}
