using System.Security.Cryptography;

namespace Signet.Tokens.Quorum;

/// <summary>
/// Shamir's secret sharing (Communications of the ACM 22, 1979), byte by byte over GF(2^8): any K of N shares give the
/// secret, and fewer tell nothing of it but its length. Shares are those of libgfshare, which a test holds against.
/// </summary>
/// <remarks>Whoever gets a secret or a share zeroes it.</remarks>
internal static class SecretSharing
{
    /// <summary>Most shares: the elements of the field but zero, at which the secret itself is.</summary>
    public const int MostShares = 255;

    /// <summary>Splits a secret into shares with the numbers 1 to <paramref name="count"/>.</summary>
    /// <param name="secret">1 byte or more.</param>
    /// <param name="threshold">K: 1 to <paramref name="count"/>.</param>
    /// <param name="count">N: 1 to 255.</param>
    /// <returns>The shares in the order of their numbers, each as long as the secret.</returns>
    public static IReadOnlyList<byte[]> Split(ReadOnlySpan<byte> secret, int threshold, int count)
    {
        ArgumentOutOfRangeException.ThrowIfZero(secret.Length);
        ArgumentOutOfRangeException.ThrowIfLessThan(threshold, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(threshold, count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, MostShares);
        var coefficients = GC.AllocateArray<byte>(threshold, pinned: true);
        var length = secret.Length;
        var shares = Enumerable.Range(0, count).Select(_ => GC.AllocateArray<byte>(length, pinned: true)).ToList();
        try
        {
            for (var position = 0; position < secret.Length; position++)
            {
                // The polynomial of this byte: the secret at 0, everything else at random, zero as likely as any.
                RandomNumberGenerator.Fill(coefficients);
                coefficients[0] = secret[position];
                for (var number = 1; number <= count; number++)
                {
                    shares[number - 1][position] = Evaluate(coefficients, (byte)number);
                }
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(coefficients);
        }

        return shares;
    }

    /// <summary>Puts the secret together by Lagrange interpolation at 0.</summary>
    /// <param name="shares">Numbers 1 to 255, none twice, with shares of one length: as many as the threshold.</param>
    /// <returns>The secret, if these are enough and right; else bytes that mean nothing.</returns>
    /// <exception cref="ArgumentException">A number is zero or there twice, or the lengths differ.</exception>
    public static byte[] Combine(IReadOnlyList<(byte Number, byte[] Share)> shares)
    {
        ArgumentOutOfRangeException.ThrowIfZero(shares.Count);
        var length = shares[0].Share.Length;
        if (shares.Any(share => share.Number == 0 || share.Share.Length != length)
            || shares.Select(share => share.Number).Distinct().Count() != shares.Count)
        {
            throw new ArgumentException("Shares have different numbers from 1 to 255 and one length.", nameof(shares));
        }

        var secret = GC.AllocateArray<byte>(length, pinned: true);
        foreach (var (number, share) in shares)
        {
            byte weight = 1;
            foreach (var (other, _) in shares)
            {
                if (other != number)
                {
                    weight = GaloisField.Multiply(weight, GaloisField.Multiply(other, GaloisField.Invert((byte)(number ^ other))));
                }
            }

            for (var position = 0; position < length; position++)
            {
                secret[position] ^= GaloisField.Multiply(weight, share[position]);
            }
        }

        return secret;
    }

    private static byte Evaluate(byte[] coefficients, byte at)
    {
        byte value = 0;
        for (var index = coefficients.Length - 1; index >= 0; index--)
        {
            value = (byte)(GaloisField.Multiply(value, at) ^ coefficients[index]);
        }

        return value;
    }
}
