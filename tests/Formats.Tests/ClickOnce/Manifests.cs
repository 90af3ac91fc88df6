using System.Text;

namespace Signet.Formats.Tests.ClickOnce;

/// <summary>Manifests as Visual Studio writes them, shortened.</summary>
internal static class Manifests
{
    public const string Deployment = """
        <?xml version="1.0" encoding="utf-8"?>
        <asmv1:assembly xsi:schemaLocation="urn:schemas-microsoft-com:asm.v1 assembly.adaptive.xsd" manifestVersion="1.0" xmlns:asmv1="urn:schemas-microsoft-com:asm.v1" xmlns="urn:schemas-microsoft-com:asm.v2" xmlns:asmv2="urn:schemas-microsoft-com:asm.v2" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:dsig="http://www.w3.org/2000/09/xmldsig#">
          <assemblyIdentity name="Grüße.application" version="1.0.0.0" publicKeyToken="0000000000000000" language="neutral" processorArchitecture="msil" xmlns="urn:schemas-microsoft-com:asm.v1" />
          <description asmv2:publisher="A &amp; B" asmv2:product="Grüße" xmlns="urn:schemas-microsoft-com:asm.v1" />
          <!-- a comment -->
          <deployment install="true" mapFileExtensions="true" />
          <dependency>
            <dependentAssembly dependencyType="install" codebase="Application Files\a.exe.manifest" size="1234">
              <assemblyIdentity name="a.exe" version="1.0.0.0" publicKeyToken="0000000000000000" language="neutral" type="win32" />
              <hash>
                <dsig:Transforms>
                  <dsig:Transform Algorithm="urn:schemas-microsoft-com:HashTransforms.Identity" />
                </dsig:Transforms>
                <dsig:DigestMethod Algorithm="http://www.w3.org/2000/09/xmldsig#sha256" />
                <dsig:DigestValue>AAAA</dsig:DigestValue>
              </hash>
            </dependentAssembly>
          </dependency>
        </asmv1:assembly>

        """;

    public const string Application = """
        <?xml version="1.0"?>
        <assembly manifestVersion='1.0' xmlns='urn:schemas-microsoft-com:asm.v1' xmlns:asmv2="urn:schemas-microsoft-com:asm.v2">
        <assemblyIdentity version = "1.0.0.0"
            name='a.exe' type="win32"></assemblyIdentity>
        <asmv2:entryPoint>
        <commandLine file="a.exe" parameters="" xmlns="urn:schemas-microsoft-com:asm.v2" />
        </asmv2:entryPoint>
        </assembly><!-- end -->
        """;

    public const string SideBySide = """
        <?xml version="1.0"?>
        <assembly xmlns="urn:schemas-microsoft-com:asm.v1" manifestVersion="1.0">
          <assemblyIdentity name="a" version="1.0.0.0"/>
        </assembly>
        """;

    /// <summary>A manifest as a file.</summary>
    /// <param name="text">One of the texts here.</param>
    /// <param name="encoding">utf-8, utf-8-marked or utf-16.</param>
    /// <param name="endOfLine">Between its lines.</param>
    public static byte[] Build(string text, string encoding = "utf-8", string endOfLine = "\r\n")
    {
        text = text.ReplaceLineEndings(endOfLine);
        return encoding switch
        {
            "utf-8-marked" => [0xef, 0xbb, 0xbf, .. Encoding.UTF8.GetBytes(text)],
            "utf-16" => [0xff, 0xfe, .. Encoding.Unicode.GetBytes(text.Replace("encoding=\"utf-8\"", "encoding=\"utf-16\"", StringComparison.Ordinal))],
            _ => Encoding.UTF8.GetBytes(text),
        };
    }
}
