using System.Globalization;
using System.Security.Cryptography;
using Google.Protobuf;
using Signet.Protocol.V1;
using Signet.Testing.Agent;
using Signet.Testing.Judges;
using Signet.Testing.Tools;

namespace Signet.EndToEnd.Tests.Signing;

/// <summary>The size of a file costs the agent disk and time, and no memory.</summary>
[CancelAfter(300_000)]
public sealed class LargeFileTests
{
    private const long FileBytes = 1L << 30;
    private const long MostMemoryBytes = 200L << 20;

    [Test]
    public async Task SignFile_OfOneGigabyte_IsAcceptedAndMemoryStaysFlat(CancellationToken cancellationToken)
    {
        await using var node = await AgentEnvironment.StartUnlockedAsync(
            new AgentOptions { Keys = [new() { Type = "rsa:3072" }] }, cancellationToken);
        using var directory = new TemporaryDirectory();
        var original = directory.File("large.exe");
        File.Copy(SampleProgram.Executable, original);
        await using (var file = File.Open(original, FileMode.Open))
        {
            // Behind the sections: what installers carry there. The hole costs no disk.
            file.SetLength(FileBytes);
        }

        using var caller = node.Controller();
        await using var content = File.OpenRead(original);
        var manifest = new ManifestFile
        {
            Name = "large.exe",
            SizeBytes = FileBytes,
            Sha256 = ByteString.CopyFrom(await SHA256.HashDataAsync(content, cancellationToken)),
        };
        var request = await caller.CreateRequestAsync(
            ControllerClient.NewRequest(Names.Job, Names.Profile, [manifest]), cancellationToken);
        content.Position = 0;
        var signed = await caller.SignFileAsync(request.RequestId, manifest.Name, content, cancellationToken);

        var result = directory.File("signed.exe");
        await using (var output = File.Create(result))
        {
            EditedFile.Apply(content, signed.Edits, output);
        }

        var judged = await Osslsigncode.VerifyAsync(result, node.Files.SigningRoot, node.Files.TimestampRoots, cancellationToken);
        Assert.That(Osslsigncode.AcceptsStamped(judged), Is.True, judged.All);
        Assert.That(PeakMemoryBytes(node.Agent.Id), Is.LessThan(MostMemoryBytes));
        Assert.That(Directory.GetFiles(Path.Combine(node.Files.State, "spool")), Is.Empty);
    }

    // Peak resident set (proc(5), VmHWM).
    private static long PeakMemoryBytes(int processId)
    {
        var line = File.ReadLines($"/proc/{processId}/status").Single(text => text.StartsWith("VmHWM:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }
}
