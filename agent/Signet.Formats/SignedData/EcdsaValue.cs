using System.Formats.Asn1;

namespace Signet.Formats.SignedData;

/// <summary>ECDSA signatures in DER.</summary>
internal static class EcdsaValue
{
    /// <summary>r || s (IEEE P1363) as Ecdsa-Sig-Value (RFC 3279 section 2.2.3).</summary>
    public static byte[] FromP1363(byte[] signature)
    {
        var half = signature.Length / 2;
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteIntegerUnsigned(TrimZeros(signature.AsSpan(0, half)));
            writer.WriteIntegerUnsigned(TrimZeros(signature.AsSpan(half)));
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
