using System.Formats.Asn1;
using System.Security.Cryptography;

namespace Signet.Formats.Authenticode.Verification;

/// <summary>What a signature says of the content: its digest.</summary>
/// <param name="AlgorithmOid">Object identifier of the hash.</param>
/// <param name="Digest">The digest.</param>
internal sealed record IndirectDataContent(string AlgorithmOid, byte[] Digest)
{
    /// <summary>The hash; null for one that is not accepted.</summary>
    public HashAlgorithmName? Algorithm => AlgorithmOid switch
    {
        "2.16.840.1.101.3.4.2.1" => HashAlgorithmName.SHA256,
        "2.16.840.1.101.3.4.2.2" => HashAlgorithmName.SHA384,
        "2.16.840.1.101.3.4.2.3" => HashAlgorithmName.SHA512,
        _ => null,
    };

    /// <summary>The hash for people, for instance "SHA-256".</summary>
    public string AlgorithmName => AlgorithmOid switch
    {
        "2.16.840.1.101.3.4.2.1" => "SHA-256",
        "2.16.840.1.101.3.4.2.2" => "SHA-384",
        "2.16.840.1.101.3.4.2.3" => "SHA-512",
        "1.3.14.3.2.26" => "SHA-1",
        "1.2.840.113549.2.5" => "MD5",
        _ => AlgorithmOid,
    };

    /// <summary>Reads SpcIndirectDataContent.</summary>
    /// <exception cref="AsnContentException">It has another form.</exception>
    public static IndirectDataContent Read(ReadOnlyMemory<byte> encoded)
    {
        var content = new AsnReader(encoded, AsnEncodingRules.BER).ReadSequence();
        content.ReadSequence();
        var digestInfo = content.ReadSequence();
        content.ThrowIfNotEmpty();
        var algorithm = digestInfo.ReadSequence().ReadObjectIdentifier();
        return new IndirectDataContent(algorithm, digestInfo.ReadOctetString());
    }
}
