namespace Signet.Testing.Tools;

/// <summary>An installer package that wixl made: a program that we did not write.</summary>
public static class WixPackage
{
    private const string Source = """
        <?xml version="1.0" encoding="utf-8"?>
        <Wix xmlns="http://schemas.microsoft.com/wix/2006/wi">
          <Product Name="Hello" Id="*" UpgradeCode="3f7aebd9-1d34-4a8f-b7a6-0d3c1c8e5a10" Language="1033" Codepage="1252" Version="1.0.0" Manufacturer="Signet tests">
            <Package Id="*" Keywords="Installer" Description="Hello" Manufacturer="Signet tests" InstallerVersion="100" Languages="1033" Compressed="yes" SummaryCodepage="1252" />
            <Media Id="1" Cabinet="hello.cab" EmbedCab="yes" />
            <Directory Id="TARGETDIR" Name="SourceDir">
              <Directory Id="ProgramFilesFolder" Name="PFiles">
                <Directory Id="INSTALLDIR" Name="Hello">
                  <Component Id="Main" Guid="0f4e3f4a-3c9a-4d0e-9a3b-59d7c5c2b7d1">
                    <File Id="HelloFile" Name="hello.txt" DiskId="1" Source="hello.txt" KeyPath="yes" />
                  </Component>
                </Directory>
              </Directory>
            </Directory>
            <Feature Id="Complete" Level="1"><ComponentRef Id="Main" /></Feature>
          </Product>
        </Wix>
        """;

    /// <summary>Makes it.</summary>
    /// <param name="directory">For its files.</param>
    /// <param name="payloadBytes">Bytes of the file in it.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task<byte[]> MakeAsync(TemporaryDirectory directory, int payloadBytes, CancellationToken cancellationToken)
    {
        var folder = directory.File(Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(folder);
        var random = new Random(payloadBytes);
        var payload = new byte[payloadBytes];
        random.NextBytes(payload);
        await File.WriteAllBytesAsync(Path.Combine(folder, "hello.txt"), payload, cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(folder, "hello.wxs"), Source, cancellationToken);
        await ExternalProgram.RunSuccessfullyAsync("wixl", ["-o", "hello.msi", "hello.wxs"], cancellationToken, folder);
        return await File.ReadAllBytesAsync(Path.Combine(folder, "hello.msi"), cancellationToken);
    }
}
