using System.Formats.Asn1;
using System.Security.Cryptography;

namespace Signet.Formats.SignedData;

/// <summary>What differs between the signatures of Authenticode (RFC 2315) and those of CMS (RFC 5652).</summary>
/// <param name="Hash">Hash of the attributes that are signed.</param>
/// <param name="ContentType">Object identifier of what is signed.</param>
/// <param name="WriteContent">Writes the content into its field; null where the signature does not carry it.</param>
/// <param name="WriteSignatureAlgorithm">Writes the AlgorithmIdentifier of the signature.</param>
/// <param name="TimestampType">Object identifier of the unsigned attribute that holds a timestamp.</param>
internal sealed record SignedDataShape(
    HashAlgorithmName Hash,
    string ContentType,
    Action<AsnWriter>? WriteContent,
    Action<AsnWriter> WriteSignatureAlgorithm,
    string TimestampType);
