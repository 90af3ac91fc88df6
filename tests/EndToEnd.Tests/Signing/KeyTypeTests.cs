using Signet.EndToEnd.Tests.Node;
using Signet.Protocol.V1;
using Signet.Testing.Agent;
using Signet.Testing.Judges;
using Signet.Testing.Tools;

namespace Signet.EndToEnd.Tests.Signing;

/// <summary>Every kind of key that a token holds signs every kind of program, and judges accept it.</summary>
[CancelAfter(180_000)]
public sealed class KeyTypeTests
{
    private static readonly (string Name, string Type)[] Keys =
    [
        ("rsa2048", "rsa:2048"), ("rsa3072", "rsa:3072"), ("rsa4096", "rsa:4096"),
        ("p256", "EC:prime256v1"), ("p384", "EC:secp384r1"), ("p521", "EC:secp521r1"),
    ];

    private AgentEnvironment _node = null!;

    [OneTimeSetUp]
    public async Task StartNode() => _node = await AgentEnvironment.StartUnlockedAsync(
        new AgentOptions
        {
            Keys = [.. Keys.Select(key => new KeyOptions { Name = key.Name, Type = key.Type }), new() { Name = "pfx", Pfx = true }],
            Profiles =
            [
                .. Keys.Select(key => new ProfileOptions { Name = key.Name, Key = key.Name }),
                new() { Name = "pfx", Key = "pfx", HardwareRequired = false },
            ],
            Grants = [new() { Profiles = [.. Keys.Select(key => key.Name), "pfx"] }],
        },
        CancellationToken.None);

    [OneTimeTearDown]
    public async Task StopNode() => await _node.DisposeAsync();

    [Test]
    public async Task SignFile_WithAnyKey_IsAcceptedByBothJudges(
        [Values("rsa2048", "rsa3072", "rsa4096", "p256", "p384", "p521", "pfx")] string profile,
        [Values(DigestAlgorithm.Sha256, DigestAlgorithm.Sha384, DigestAlgorithm.Sha512)] DigestAlgorithm digest,
        CancellationToken cancellationToken)
    {
        using var directory = new TemporaryDirectory();
        using var caller = _node.Controller();
        foreach (var program in new[] { SampleProgram.Executable, SampleProgram.Library })
        {
            var content = await File.ReadAllBytesAsync(program, cancellationToken);
            var name = Path.GetFileName(program);
            var request = ControllerClient.NewRequest(Names.Job, profile, (name, content));
            request.Options = new SigningOptions { Digest = digest, Description = "Hello", DescriptionUrl = "https://example.com/" };
            await caller.CreateRequestAsync(request, cancellationToken);
            var signed = await caller.SignFileAsync(request.RequestId, name, new MemoryStream(content), cancellationToken);

            var file = directory.File(name);
            await File.WriteAllBytesAsync(file, EditedFile.Apply(content, signed.Edits), cancellationToken);
            var judged = await Osslsigncode.VerifyAsync(
                file, _node.Files.SigningRoot, _node.Files.TimestampRoots, cancellationToken);
            Assert.That(Osslsigncode.AcceptsStamped(judged), Is.True, judged.All);

            var own = await SignetCommand.RunAsync(
                ["verify", file, "--root", _node.Files.SigningRoot, "--timestamp-root", _node.Files.TimestampRoots], cancellationToken);
            Assert.That(own.ExitCode, Is.Zero, own.All);
        }
    }

    [Test]
    public async Task Serve_WhenHardwareIsRequiredAndTheKeyIsAFile_DoesNotStart(CancellationToken cancellationToken)
    {
        await using var node = await AgentEnvironment.CreateAsync(
            new AgentOptions { Keys = [new() { Pfx = true }], Profiles = [new() { Timestamped = false }] }, cancellationToken);
        var served = await node.RunAsync(["serve"], cancellationToken);
        Assert.That(served.ExitCode, Is.EqualTo(1));
        Assert.That(served.All, Does.Contain("requires hardware"));
    }

    [Test]
    public async Task SignFile_WhenHardwareIsRequiredAndTheKeyCanLeaveItsToken_IsRefused(CancellationToken cancellationToken)
    {
        await using var node = await AgentEnvironment.StartUnlockedAsync(
            new AgentOptions { Keys = [new() { Extractable = true }], Profiles = [new() { Timestamped = false }] }, cancellationToken);
        using var caller = node.Controller();
        var refusal = await Refused.ByAsync(() => caller.SignAsync(Names.Job, Names.Profile, "a.dll", [1], cancellationToken));
        Assert.That(refusal.Reason, Is.EqualTo(ErrorReason.HardwareRequired));
    }
}
