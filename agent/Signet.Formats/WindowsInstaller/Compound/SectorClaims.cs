namespace Signet.Formats.WindowsInstaller.Compound;

/// <summary>
/// Which sectors have an owner. No sector has two ([MS-CFB] section 2.3), which also means that a chain never runs in a
/// circle, and that reading everything reads no byte twice.
/// </summary>
/// <remarks>One bit a sector: a quarter of a thousandth of the file.</remarks>
internal sealed class SectorClaims
{
    private readonly string _kind;
    private readonly long _count;
    private readonly ulong[] _bits;

    /// <summary>Nobody owns anything yet.</summary>
    /// <param name="kind">What the sectors are called in an error.</param>
    /// <param name="count">How many there are in the file as it was read.</param>
    public SectorClaims(string kind, long count)
    {
        _kind = kind;
        _count = count;
        _bits = new ulong[(count + 63) / 64];
    }

    /// <summary>Takes a sector.</summary>
    /// <exception cref="SignatureFormatException">It is taken, or there is none of that number.</exception>
    public void Claim(uint sector)
    {
        if (sector >= _count)
        {
            throw CompoundHeader.Malformed($"a chain runs to {_kind} 0x{sector:x}, and the file has {_count}");
        }

        if (Has(sector))
        {
            throw CompoundHeader.Malformed($"two chains, or one twice, run through {_kind} 0x{sector:x}");
        }

        _bits[sector / 64] |= 1UL << (int)(sector % 64);
    }

    /// <summary>Gives a sector back.</summary>
    public void Release(uint sector) => _bits[sector / 64] &= ~(1UL << (int)(sector % 64));

    /// <summary>The error for a sector that has an owner, although the table says that it is free.</summary>
    public void RequireUnclaimed(uint sector)
    {
        if (sector < _count && Has(sector))
        {
            throw CompoundHeader.Malformed($"{_kind} 0x{sector:x} is in use, and its table says that it is free");
        }
    }

    private bool Has(uint sector) => (_bits[sector / 64] & (1UL << (int)(sector % 64))) != 0;
}
