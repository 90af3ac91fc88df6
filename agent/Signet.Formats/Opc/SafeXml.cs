using System.Xml;

namespace Signet.Formats.Opc;

/// <summary>How XML of unknown origin is read: without document types, entities or anything from elsewhere.</summary>
internal static class SafeXml
{
    /// <summary>Largest part that is read as a whole, in bytes unpacked.</summary>
    public const int MaxPartBytes = 16 << 20;

    /// <summary>Settings for a reader. Not shared, because they can be changed.</summary>
    public static XmlReaderSettings ReaderSettings() => new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        MaxCharactersInDocument = MaxPartBytes,
        CloseInput = false,
    };
}
