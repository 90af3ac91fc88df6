namespace Signet.Formats.Tests.Detached;

/// <summary>Broken forms of a file, always the same ones.</summary>
internal static class Mutations
{
    /// <summary>The file cut off at every length.</summary>
    public static IEnumerable<byte[]> Truncations(byte[] file) =>
        Enumerable.Range(0, file.Length).Select(length => file[..length]);

    /// <summary>Copies with up to four bytes changed, or a piece removed or doubled.</summary>
    public static IEnumerable<byte[]> Random(byte[] file, int count, int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < count; round++)
        {
            var copy = (byte[])file.Clone();
            switch (random.Next(6))
            {
                case 0:
                    var cut = random.Next(copy.Length);
                    yield return [.. copy[..cut], .. copy[Math.Min(copy.Length, cut + random.Next(1, 9))..]];
                    break;
                case 1:
                    var from = random.Next(copy.Length);
                    yield return [.. copy[..from], .. copy[from..Math.Min(copy.Length, from + 8)], .. copy[from..]];
                    break;
                default:
                    for (var change = random.Next(1, 5); change > 0; change--)
                    {
                        copy[random.Next(copy.Length)] = (byte)random.Next(256);
                    }

                    yield return copy;
                    break;
            }
        }
    }

    /// <summary>A copy with one bit of one byte changed.</summary>
    public static byte[] Flip(byte[] file, int index)
    {
        var copy = (byte[])file.Clone();
        copy[index] ^= 1;
        return copy;
    }
}
