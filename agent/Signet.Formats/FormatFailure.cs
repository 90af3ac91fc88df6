namespace Signet.Formats;

/// <summary>Why a format refused.</summary>
public enum FormatFailure
{
    /// <summary>The content breaks the format's own rules.</summary>
    Malformed,

    /// <summary>No format, or not the one that the name promises, or a variant that is not signed here.</summary>
    Unsupported,

    /// <summary>The file is signed, and the choice was to refuse that.</summary>
    AlreadySigned,

    /// <summary>The format cannot do what was chosen.</summary>
    InvalidChoice,
}
