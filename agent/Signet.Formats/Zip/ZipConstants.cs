namespace Signet.Formats.Zip;

/// <summary>Signatures, lengths and flags of APPNOTE.TXT 6.3.10 (PKWARE), by its section.</summary>
internal static class ZipConstants
{
    /// <summary>Local file header (4.3.7).</summary>
    public const uint LocalSignature = 0x04034b50;

    /// <summary>Data descriptor (4.3.9.3); optional.</summary>
    public const uint DescriptorSignature = 0x08074b50;

    /// <summary>Central directory header (4.3.12).</summary>
    public const uint CentralSignature = 0x02014b50;

    /// <summary>Zip64 end of central directory record (4.3.14).</summary>
    public const uint Zip64EndSignature = 0x06064b50;

    /// <summary>Zip64 end of central directory locator (4.3.15).</summary>
    public const uint Zip64LocatorSignature = 0x07064b50;

    /// <summary>End of central directory record (4.3.16).</summary>
    public const uint EndSignature = 0x06054b50;

    /// <summary>Bytes of a local header without name and extra field.</summary>
    public const int LocalBytes = 30;

    /// <summary>Bytes of a central header without name, extra field and comment.</summary>
    public const int CentralBytes = 46;

    /// <summary>Bytes of the end record without its comment.</summary>
    public const int EndBytes = 22;

    /// <summary>Bytes of a zip64 end record without extensible data.</summary>
    public const int Zip64EndBytes = 56;

    /// <summary>Bytes of the zip64 locator.</summary>
    public const int Zip64LocatorBytes = 20;

    /// <summary>Header ID of the zip64 extra field (4.5.3).</summary>
    public const ushort Zip64Extra = 0x0001;

    /// <summary>Compression method 0: stored (4.4.5).</summary>
    public const ushort Stored = 0;

    /// <summary>Compression method 8: Deflate (4.4.5).</summary>
    public const ushort Deflated = 8;

    /// <summary>General purpose bit 0: encrypted (4.4.4).</summary>
    public const ushort Encrypted = 1 << 0;

    /// <summary>General purpose bit 3: CRC and sizes stand in a data descriptor (4.4.4).</summary>
    public const ushort HasDescriptor = 1 << 3;

    /// <summary>General purpose bit 5: compressed patched data (4.4.4).</summary>
    public const ushort PatchedData = 1 << 5;

    /// <summary>General purpose bit 6: strong encryption (4.4.4).</summary>
    public const ushort StronglyEncrypted = 1 << 6;

    /// <summary>General purpose bit 11: name and comment are UTF-8 (4.4.4).</summary>
    public const ushort Utf8 = 1 << 11;

    /// <summary>General purpose bit 13: local header values are masked (4.4.4).</summary>
    public const ushort MaskedHeader = 1 << 13;
}
