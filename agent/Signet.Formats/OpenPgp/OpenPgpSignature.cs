using System.Security.Cryptography;

namespace Signet.Formats.OpenPgp;

/// <summary>Makes signature packets of version 4 (RFC 9580 section 5.2.3).</summary>
internal static class OpenPgpSignature
{
    /// <summary>Over a binary document (section 5.2.1.1).</summary>
    public const byte Binary = 0x00;

    /// <summary>Over a text document with its line ends as CR LF (section 5.2.1.2).</summary>
    public const byte Text = 0x01;

    /// <summary>Positive certification of a user id: what a self-signature is (section 5.2.1.7).</summary>
    public const byte PositiveCertification = 0x13;

    private const byte SignaturePacket = 2;
    private const byte Version4 = 4;
    private const byte CreationTime = 2;
    private const byte IssuerKeyId = 16;
    private const byte IssuerFingerprint = 33;

    /// <summary>Signs.</summary>
    /// <param name="content">The running hash of what is signed; it is finished here.</param>
    /// <param name="hash">What <paramref name="content"/> hashes with.</param>
    /// <param name="type">What the signature means.</param>
    /// <param name="key">The signer as an OpenPGP key.</param>
    /// <param name="signer">The same signer.</param>
    /// <param name="now">When it is signed.</param>
    /// <param name="subpackets">More hashed subpackets, encoded.</param>
    /// <param name="cancellationToken">Ends the wait; the key may have been used all the same.</param>
    /// <returns>The packet.</returns>
    /// <exception cref="SignatureFormatException">The key is younger than the signature would be.</exception>
    public static async Task<byte[]> SignAsync(
        IncrementalHash content, HashAlgorithmName hash, byte type, OpenPgpKey key, ISigner signer, DateTimeOffset now,
        ReadOnlyMemory<byte> subpackets, CancellationToken cancellationToken)
    {
        if (now < key.Identity.CreatedAt)
        {
            throw new SignatureFormatException(
                FormatFailure.InvalidChoice, "The OpenPGP key's time ('created' in signet.yaml) lies in the future.");
        }

        var hashed = new PacketWriter()
            .Subpacket(IssuerFingerprint, [Version4, .. key.Fingerprint])
            .Subpacket(CreationTime, new PacketWriter().Time(now).ToArray())
            .Bytes(subpackets.Span).ToArray();
        var start = new PacketWriter()
            .Byte(Version4).Byte(type).Byte(key.Algorithm).Byte(IdOf(hash)).UInt16(hashed.Length).Bytes(hashed).ToArray();

        // Section 5.2.4: behind the content, the hashed part and its length.
        content.AppendData(start);
        content.AppendData(new PacketWriter().Byte(Version4).Byte(0xFF).UInt32(start.Length).ToArray());
        var digest = content.GetHashAndReset();
        var raw = await signer.SignDigestAsync(digest, hash, cancellationToken).ConfigureAwait(false);

        var issuer = new PacketWriter().Subpacket(IssuerKeyId, key.Fingerprint.AsSpan(^8..)).ToArray();
        var body = new PacketWriter().Bytes(start).UInt16(issuer.Length).Bytes(issuer).Bytes(digest.AsSpan(0, 2));
        if (signer.Scheme == SignatureScheme.Ecdsa)
        {
            body.Mpi(raw.AsSpan(0, raw.Length / 2)).Mpi(raw.AsSpan(raw.Length / 2));
        }
        else
        {
            body.Mpi(raw);
        }

        return PacketWriter.Packet(SignaturePacket, body.ToArray());
    }

    // Section 9.5.
    private static byte IdOf(HashAlgorithmName hash) => hash.Name switch
    {
        "SHA256" => 8,
        "SHA384" => 9,
        "SHA512" => 10,
        _ => throw new ArgumentOutOfRangeException(nameof(hash), hash.Name, "not a hash that is signed here"),
    };
}
