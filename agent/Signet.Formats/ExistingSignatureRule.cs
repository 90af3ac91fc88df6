namespace Signet.Formats;

/// <summary>What becomes of a signature that a file has already.</summary>
public enum ExistingSignatureRule
{
    /// <summary>The file is refused.</summary>
    Refuse,

    /// <summary>All signatures of the file give way to the new one.</summary>
    Replace,

    /// <summary>The old signatures stay and the new one is added, where the format can hold several.</summary>
    Append,
}
