using Signet.Testing.Tools;

namespace Signet.Formats.Tests;

/// <summary>
/// The quick ones of the large files that <c>dotnet cake --target=Large-Files</c> signs and verifies; each runs in a process
/// of its own, which fails where memory grows with the file.
/// </summary>
[CancelAfter(300_000)]
[NonParallelizable]
public sealed class LargeFileTests
{
    [TestCase("msi")]
    [TestCase("cab")]
    [TestCase("zip")]
    public async Task SignAndVerify_OfSeveralGigabytes_TakeLittleMemory(string name, CancellationToken cancellationToken) =>
        Assert.That((await RunAsync(name, cancellationToken)).Output, Does.Contain("signed in"));

    [TestCase("cab-above")]
    [TestCase("cat-above")]
    [TestCase("nuget-above")]
    [TestCase("apk-above")]
    [TestCase("clickonce-above")]
    public async Task Prepare_OfMoreThanTheFormatAllows_RefusesInLittleMemory(string name, CancellationToken cancellationToken) =>
        Assert.That((await RunAsync(name, cancellationToken)).Output, Does.Contain("refused in"));

    private static async Task<ProgramResult> RunAsync(string name, CancellationToken cancellationToken) =>
        await ExternalProgram.RunSuccessfullyAsync(
            "dotnet", [Repository.Built("tests/LargeFiles", "Signet.LargeFiles.dll"), "--only=" + name], cancellationToken);
}
