using System.Xml;
using Signet.Formats.Opc;

namespace Signet.Formats.Msix;

/// <summary>Reads whose package it is: Identity/@Publisher of AppxManifest.xml or AppxBundleManifest.xml.</summary>
internal static class PackageManifest
{
    /// <summary>The publisher.</summary>
    /// <param name="xml">The unpacked manifest.</param>
    /// <exception cref="SignatureFormatException">There is none.</exception>
    public static string ReadPublisher(byte[] xml)
    {
        try
        {
            using var reader = XmlReader.Create(new MemoryStream(xml, writable: false), SafeXml.ReaderSettings());
            while (reader.Read())
            {
                if (reader.NodeType == XmlNodeType.Element && reader.Depth == 1 && reader.LocalName == "Identity"
                    && reader.GetAttribute("Publisher") is { } publisher)
                {
                    return publisher;
                }
            }
        }
        catch (XmlException exception)
        {
            throw PackageErrors.Malformed("its manifest cannot be read", exception);
        }

        throw PackageErrors.Malformed("its manifest names no publisher (Identity/@Publisher)");
    }
}
