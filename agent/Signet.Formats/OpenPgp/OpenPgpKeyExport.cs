using System.Security.Cryptography;
using Signet.Formats.OpenPgp.Verification;

namespace Signet.Formats.OpenPgp;

/// <summary>A public key with its user id and a signature of the key over both (RFC 9580 section 10.1).</summary>
/// <param name="Armoured">The transferable public key in ASCII armour.</param>
/// <param name="Fingerprint">In lower-case hexadecimal.</param>
public sealed record OpenPgpKeyExport(byte[] Armoured, string Fingerprint)
{
    private const byte PublicKeyPacket = 6;
    private const byte UserIdPacket = 13;
    private const byte PreferredHashes = 21;
    private const byte KeyFlags = 27;

    /// <summary>Makes it; the key is used once, for its self-signature.</summary>
    /// <param name="signer">The key.</param>
    /// <param name="now">When it is signed.</param>
    /// <param name="cancellationToken">Ends the wait; the key may have been used all the same.</param>
    /// <exception cref="SignatureFormatException">The key is no OpenPGP key.</exception>
    public static async Task<OpenPgpKeyExport> CreateAsync(
        ISigner signer, DateTimeOffset now, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(signer);
        var hash = OpenPgpKey.SmallestHashOf(signer);
        var key = OpenPgpKey.Of(signer, hash);

        // Section 5.2.4: the key as in its fingerprint, then the user id behind B4 and its length.
        using var content = IncrementalHash.CreateHash(hash);
        content.AppendData(key.FramedBody);
        content.AppendData(new PacketWriter().Byte(0xB4).UInt32(key.UserIdBytes.Length).Bytes(key.UserIdBytes).ToArray());

        // It certifies its own user ids and signs data (section 5.2.3.29); SHA-512, SHA-384, SHA-256 in that order.
        var subpackets = new PacketWriter().Subpacket(KeyFlags, [0x03]).Subpacket(PreferredHashes, [10, 9, 8]).ToArray();
        var signature = await OpenPgpSignature.SignAsync(
            content, hash, OpenPgpSignature.PositiveCertification, key, signer, now, subpackets, cancellationToken)
            .ConfigureAwait(false);
        byte[] packets =
        [
            .. PacketWriter.Packet(PublicKeyPacket, key.Body), .. PacketWriter.Packet(UserIdPacket, key.UserIdBytes), .. signature,
        ];
        OpenPgpKeyring.RequireSelfSigned(packets, key.Identity.UserId);
        return new OpenPgpKeyExport(
            Armor.Write("PGP PUBLIC KEY BLOCK", packets), Convert.ToHexStringLower(key.Fingerprint));
    }
}
