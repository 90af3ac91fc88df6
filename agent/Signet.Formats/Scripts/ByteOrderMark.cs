namespace Signet.Formats.Scripts;

/// <summary>How the text of a script is told at its start (Unicode Standard section 23.8).</summary>
internal enum ByteOrderMark
{
    /// <summary>There is no mark.</summary>
    None,

    /// <summary>EF BB BF.</summary>
    Utf8,

    /// <summary>FF FE.</summary>
    Utf16LittleEndian,

    /// <summary>FE FF.</summary>
    Utf16BigEndian,
}

/// <summary>Reads and measures byte order marks.</summary>
internal static class ByteOrderMarks
{
    /// <summary>The mark at the start of a file.</summary>
    public static ByteOrderMark Read(ReadOnlySpan<byte> head) => head switch
    {
        [0xef, 0xbb, 0xbf, ..] => ByteOrderMark.Utf8,
        [0xff, 0xfe, ..] => ByteOrderMark.Utf16LittleEndian,
        [0xfe, 0xff, ..] => ByteOrderMark.Utf16BigEndian,
        _ => ByteOrderMark.None,
    };

    /// <summary>Length of the mark in bytes.</summary>
    public static int Bytes(this ByteOrderMark mark) => mark switch
    {
        ByteOrderMark.None => 0,
        ByteOrderMark.Utf8 => 3,
        _ => 2,
    };

    /// <summary>Bytes of a code unit.</summary>
    public static int UnitBytes(this ByteOrderMark mark) =>
        mark is ByteOrderMark.Utf16LittleEndian or ByteOrderMark.Utf16BigEndian ? 2 : 1;
}
