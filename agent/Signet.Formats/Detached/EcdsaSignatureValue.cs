using System.Formats.Asn1;

namespace Signet.Formats.Detached;

/// <summary>Writes Ecdsa-Sig-Value (RFC 3279 section 2.2.3).</summary>
internal static class EcdsaSignatureValue
{
    /// <summary>From r and s one behind the other (IEEE P1363) to DER.</summary>
    public static byte[] FromP1363(ReadOnlySpan<byte> signature)
    {
        var half = signature.Length / 2;
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteIntegerUnsigned(TrimZeros(signature[..half]));
            writer.WriteIntegerUnsigned(TrimZeros(signature[half..]));
        }

        return writer.Encode();
    }

    // Leading zeros have no place in DER; a lone zero stays.
    private static ReadOnlySpan<byte> TrimZeros(ReadOnlySpan<byte> number)
    {
        var trimmed = number.TrimStart((byte)0);
        return trimmed.IsEmpty ? number[^1..] : trimmed;
    }
}
