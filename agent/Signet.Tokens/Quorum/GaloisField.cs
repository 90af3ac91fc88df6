namespace Signet.Tokens.Quorum;

/// <summary>
/// Arithmetic in GF(2^8) modulo x^8 + x^4 + x^3 + x^2 + 1, the field that libgfshare uses. Neither branches nor table
/// look-ups depend on a value, so that time and caches tell nothing of a share.
/// </summary>
internal static class GaloisField
{
    private const int Polynomial = 0x11d;

    /// <summary>The product of two elements.</summary>
    public static byte Multiply(byte left, byte right)
    {
        var product = 0;
        int shifted = left;
        for (var bit = 0; bit < 8; bit++)
        {
            product ^= shifted & -((right >> bit) & 1);
            shifted = (shifted << 1) ^ (Polynomial & -((shifted >> 7) & 1));
        }

        return (byte)product;
    }

    /// <summary>The inverse of an element that is not zero: its 254th power. Zero for zero.</summary>
    public static byte Invert(byte value)
    {
        // 254 = 0b11111110: the powers 2, 4, ..., 128 multiplied.
        byte result = 1;
        var power = value;
        for (var bit = 1; bit < 8; bit++)
        {
            power = Multiply(power, power);
            result = Multiply(result, power);
        }

        return result;
    }
}
