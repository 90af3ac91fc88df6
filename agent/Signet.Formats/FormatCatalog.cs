namespace Signet.Formats;

/// <summary>Every format that Signet knows. To add one, add its folder and its line here.</summary>
public static class FormatCatalog
{
    /// <summary>How many bytes of a file's start decide on its format.</summary>
    public const int HeadBytes = 4096;
}
