namespace Signet.Formats.WindowsInstaller.Compound;

/// <summary>Sector numbers that mean something else than a sector ([MS-CFB] section 2.1).</summary>
internal static class SectorNumber
{
    /// <summary>MAXREGSECT: numbers from here on are no sectors.</summary>
    public const uint FirstSpecial = 0xFFFFFFFA;

    /// <summary>DIFSECT: a sector of the DIFAT.</summary>
    public const uint Difat = 0xFFFFFFFC;

    /// <summary>FATSECT: a sector of the FAT.</summary>
    public const uint Fat = 0xFFFFFFFD;

    /// <summary>ENDOFCHAIN: nothing follows.</summary>
    public const uint EndOfChain = 0xFFFFFFFE;

    /// <summary>FREESECT: not in use; in a directory NOSTREAM, no entry.</summary>
    public const uint Free = 0xFFFFFFFF;
}
