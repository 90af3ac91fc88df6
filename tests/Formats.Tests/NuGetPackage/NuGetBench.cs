using Signet.Formats.NuGetPackage;
using Signet.Formats.Tests.Signers;
using Signet.Formats.Tests.Zip;
using Signet.Testing.Certificates;
using Signet.Testing.Judges;
using Signet.Testing.Tools;

namespace Signet.Formats.Tests.NuGetPackage;

/// <summary>What tests of package signatures need.</summary>
internal sealed class NuGetBench : FormatBench
{
    public static readonly NuGetPackageFormat Format = new(TimeProvider.System);

    private NuGetBench(TemporaryDirectory directory, OpenSslTimestampAuthority timestamps)
        : base(directory, timestamps, ThrowawayCa.CreateRsa("Formats test root")) =>
        Command = NuGetCommand.CreateAsync(directory, SigningRoots, TimestampRoots, CancellationToken.None).GetAwaiter().GetResult();

    public NuGetCommand Command { get; }

    public static async Task<NuGetBench> CreateAsync()
    {
        var (directory, timestamps) = await StartPartsAsync(rsaOnly: true);
        return new NuGetBench(directory, timestamps);
    }

    /// <summary>A small package.</summary>
    public static byte[] Sample(bool seekable = true) => ZipSamples.Build(
        seekable,
        ("_rels/.rels", Bytes("<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"/>")),
        ("Sample.nuspec", Bytes("""
            <?xml version="1.0"?>
            <package xmlns="http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd">
              <metadata><id>Sample</id><version>1.0.0</version><authors>a</authors><description>d</description></metadata>
            </package>
            """)),
        ("[Content_Types].xml", Bytes("<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>")),
        ("lib/net10.0/Sample.dll", Bytes("library")),
        ("lib/net10.0/Sample.pdb", Bytes("library's symbols")));

    public static Task<byte[]> SignAsync(
        byte[] package, ISigner signer, ITimestamper? timestamper, SigningChoices choices, CancellationToken cancellationToken) =>
        SignAsync(Format, package, signer, timestamper, choices, cancellationToken);

    public Task<VerificationReport> VerifyAsync(byte[] package, CancellationToken cancellationToken) =>
        VerifyAsync(Format, package, cancellationToken);

    public async Task<ProgramResult> JudgeAsync(byte[] package, CancellationToken cancellationToken) =>
        await Command.VerifyAsync([await WriteAsync(package, ".nupkg", cancellationToken)], cancellationToken);

    /// <summary>Has the SDK sign.</summary>
    public async Task<byte[]> SignWithSdkAsync(
        byte[] package, InMemorySigner signer, CancellationToken cancellationToken, params string[] more)
    {
        var file = await WriteAsync(package, ".nupkg", cancellationToken);
        var (chain, key, pfx) = (file + ".pem", file + ".key", file + ".pfx");
        await File.WriteAllTextAsync(chain, signer.ChainPem, cancellationToken);
        await File.WriteAllTextAsync(key, signer.KeyPem, cancellationToken);
        await ExternalProgram.RunSuccessfullyAsync(
            "openssl", ["pkcs12", "-export", "-in", chain, "-inkey", key, "-passout", "pass:changeit", "-out", pfx], cancellationToken);
        await Command.SignAsync(file, pfx, "changeit", cancellationToken, more);
        return await File.ReadAllBytesAsync(file, cancellationToken);
    }

    private static byte[] Bytes(string text) => System.Text.Encoding.UTF8.GetBytes(text);
}
