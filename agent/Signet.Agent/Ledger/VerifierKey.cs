using System.Security.Cryptography;
using System.Text;
using NSec.Cryptography;

namespace Signet.Agent.Ledger;

/// <summary>
/// The ledger's public key in the text form of C2SP signed-note: <c>name+hash+base64</c>, where the hash is the key id in
/// hexadecimal and the base64 holds the algorithm byte 1 (Ed25519) and the 32 bytes of the key.
/// </summary>
internal sealed class VerifierKey
{
    private const byte Ed25519Algorithm = 1;

    private VerifierKey(string name, byte[] publicKey)
    {
        Name = name;
        PublicKey = publicKey;
        KeyId = ComputeKeyId(name, publicKey);
    }

    /// <summary>Name of the ledger: the origin of its checkpoints.</summary>
    public string Name { get; }

    /// <summary>Ed25519 public key, 32 bytes.</summary>
    public byte[] PublicKey { get; }

    /// <summary>First 4 bytes of SHA-256 over name, line feed, algorithm byte and key.</summary>
    public byte[] KeyId { get; }

    /// <summary>Makes it of its parts.</summary>
    public static VerifierKey Create(string name, byte[] publicKey) => new(name, publicKey);

    /// <summary>Reads the text form.</summary>
    /// <exception cref="FormatException">It is not one, or name, id and key do not belong together.</exception>
    public static VerifierKey Parse(string text)
    {
        var parts = text.Trim().Split('+', 3);
        if (parts.Length != 3 || parts[0].Length == 0)
        {
            throw new FormatException("A verifier key has the form NAME+ID+BASE64.");
        }

        var bytes = Convert.FromBase64String(parts[2]);
        if (bytes.Length != 33 || bytes[0] != Ed25519Algorithm)
        {
            throw new FormatException("The verifier key is not an Ed25519 key.");
        }

        var key = new VerifierKey(parts[0], bytes[1..]);
        return Convert.ToHexStringLower(key.KeyId) == parts[1]
            ? key
            : throw new FormatException("The id in the verifier key does not belong to its name and key.");
    }

    /// <summary>Whether the signature over the text is this key's.</summary>
    public bool Verify(ReadOnlySpan<byte> text, ReadOnlySpan<byte> signature) =>
        NSec.Cryptography.PublicKey.TryImport(
            SignatureAlgorithm.Ed25519, PublicKey, KeyBlobFormat.RawPublicKey, out var key)
        && key is not null
        && SignatureAlgorithm.Ed25519.Verify(key, text, signature);

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Name}+{Convert.ToHexStringLower(KeyId)}+{Convert.ToBase64String([Ed25519Algorithm, .. PublicKey])}";

    private static byte[] ComputeKeyId(string name, byte[] publicKey) =>
        SHA256.HashData([.. Encoding.UTF8.GetBytes(name), (byte)'\n', Ed25519Algorithm, .. publicKey])[..4];
}
