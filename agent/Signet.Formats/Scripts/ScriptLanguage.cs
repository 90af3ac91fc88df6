namespace Signet.Formats.Scripts;

/// <summary>How the signature of one kind of script looks, and what it covers.</summary>
/// <remarks>
/// Windows leaves this to subject interface packages: pwrshsip.dll for PowerShell, wshext.dll for Windows Script Host. Microsoft
/// has published no specification; the facts are those that jsign, osslsigncode and relic agree on, and that scripts signed by
/// Microsoft bear out in the tests.
/// </remarks>
internal sealed record ScriptLanguage
{
    private static readonly Guid PowerShellSip = new("603bcc1f-4b59-4e08-b724-d2c6297ef351");

    /// <summary>Name of the format.</summary>
    public required string Name { get; init; }

    /// <summary>File name extensions with their dots.</summary>
    public required IReadOnlyCollection<string> Extensions { get; init; }

    /// <summary>First line of the signature block.</summary>
    public required string Begin { get; init; }

    /// <summary>Last line of it.</summary>
    public required string End { get; init; }

    /// <summary>What stands in front of the base64 text in a line of the block.</summary>
    public required string LineStart { get; init; }

    /// <summary>What stands behind it.</summary>
    public string LineEnd { get; init; } = string.Empty;

    /// <summary>The subject interface package in SpcSipInfo.</summary>
    public required Guid SipId { get; init; }

    /// <summary>The number in front of it.</summary>
    public required int SipVersion { get; init; }

    /// <summary>How a script without a byte order mark is read.</summary>
    public required UnmarkedText Unmarked { get; init; }

    /// <summary>Whether the byte order mark is part of what is signed, as U+FEFF.</summary>
    public bool SignsByteOrderMark { get; init; }

    /// <summary>Whether the position of the block, in UTF-16 units, is signed behind the text.</summary>
    public bool SignsPosition { get; init; }

    /// <summary>The text in front of whose last occurrence the block lies; null for the end of the file.</summary>
    public string? BlockBefore { get; init; }

    /// <summary>Windows PowerShell: scripts, modules and data.</summary>
    public static ScriptLanguage PowerShell { get; } = new()
    {
        Name = "powershell",
        Extensions = [".ps1", ".psm1", ".psd1"],
        Begin = "# SIG # Begin signature block",
        End = "# SIG # End signature block",
        LineStart = "# ",
        SipId = PowerShellSip,
        SipVersion = 0x10000,
        Unmarked = UnmarkedText.Windows1252,
        SignsByteOrderMark = true,
    };

    /// <summary>Windows PowerShell: what is written in XML.</summary>
    public static ScriptLanguage PowerShellXml { get; } = PowerShell with
    {
        Name = "powershell-xml",
        Extensions = [".ps1xml", ".psc1", ".cdxml"],
        Begin = "<!-- SIG # Begin signature block -->",
        End = "<!-- SIG # End signature block -->",
        LineStart = "<!-- ",
        LineEnd = " -->",
    };

    /// <summary>Managed Object Format, as desired state configuration uses it.</summary>
    public static ScriptLanguage ManagedObjectFormat { get; } = PowerShell with
    {
        Name = "mof",
        Extensions = [".mof"],
        Begin = "/* SIG # Begin signature block */",
        End = "/* SIG # End signature block */",
        LineStart = "/* ",
        LineEnd = " */",
    };

    /// <summary>VBScript.</summary>
    public static ScriptLanguage VisualBasic { get; } = new()
    {
        Name = "vbscript",
        Extensions = [".vbs"],
        Begin = "'' SIG '' Begin signature block",
        End = "'' SIG '' End signature block",
        LineStart = "'' SIG '' ",
        SipId = new Guid("1629f04e-2799-4db5-8fe5-ace10f17ebab"),
        SipVersion = 1,
        Unmarked = UnmarkedText.Windows1252,
        SignsPosition = true,
    };

    /// <summary>JScript.</summary>
    public static ScriptLanguage JavaScript { get; } = VisualBasic with
    {
        Name = "jscript",
        Extensions = [".js"],
        Begin = "// SIG // Begin signature block",
        End = "// SIG // End signature block",
        LineStart = "// SIG // ",
        SipId = new Guid("06c9e010-38ce-11d4-a2a3-00104bd35090"),
    };

    /// <summary>Windows Script File: XML with jobs of several languages.</summary>
    public static ScriptLanguage WindowsScriptFile { get; } = VisualBasic with
    {
        Name = "wsf",
        Extensions = [".wsf"],
        Begin = "<signature>",
        End = "</signature>",
        LineStart = "** SIG ** ",
        SipId = new Guid("1a610570-38ce-11d4-a2a3-00104bd35090"),
        Unmarked = UnmarkedText.Utf8OrWindows1252,
        BlockBefore = "</job>",
    };
}

/// <summary>How text without a byte order mark is read.</summary>
internal enum UnmarkedText
{
    /// <summary>
    /// In the code page that Windows has for programs that know no Unicode, which is taken to be Windows-1252. Where it is
    /// another one, characters outside ASCII give another digest and the signature does not hold there: Microsoft's
    /// "Hash of the file does not match when running signed PowerShell script".
    /// </summary>
    Windows1252,

    /// <summary>As UTF-8 where all of it is that, else as Windows-1252.</summary>
    Utf8OrWindows1252,
}
