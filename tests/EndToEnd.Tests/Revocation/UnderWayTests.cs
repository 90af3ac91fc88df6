using System.IO.Compression;
using Signet.EndToEnd.Tests.Node;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;
using Signet.Testing.Agent;

namespace Signet.EndToEnd.Tests.Revocation;

/// <summary>
/// A right that ends when the key was used already: what it made is thrown away, and nothing more of the file is signed. The
/// timestamp keeps the signature waiting in between.
/// </summary>
[CancelAfter(120_000)]
public sealed class UnderWayTests
{
    private static readonly byte[] Program = File.ReadAllBytes(SampleProgram.Library);

    private static readonly AgentOptions Granted = new()
    {
        Profiles = [new() { Formats = ["pe", "zip", "cat"], Recurse = true }],
    };

    private AgentEnvironment _node = null!;
    private ControllerClient _caller = null!;
    private StallingServer _stamps = null!;
    private long _before;
    private long _signatures;

    [OneTimeSetUp]
    public async Task StartNode()
    {
        _node = await AgentEnvironment.StartUnlockedAsync(Granted, CancellationToken.None);
        _caller = _node.Controller();
    }

    [OneTimeTearDown]
    public async Task StopNode()
    {
        _caller.Dispose();
        await _node.DisposeAsync();
    }

    [SetUp]
    public async Task Restore()
    {
        _stamps = new StallingServer();
        await ReloadAsync(Granted, CancellationToken.None);
        _before = await LedgerOf.SizeAsync(_node, CancellationToken.None);
        _signatures = await SignaturesAsync();
    }

    [TearDown]
    public void Release() => _stamps.Dispose();

    [Test]
    public async Task SignFile_WhenItsRightEndsBehindTheKey_GivesNothingOut(CancellationToken cancellationToken)
    {
        var signing = Refused.ByAsync(() => _caller.SignAsync(Names.Job, Names.Profile, "a.dll", Program, cancellationToken));
        await RevokeBehindTheKeyAsync(cancellationToken);
        await NothingIsGivenOutAsync(await signing, ErrorReason.NotGranted, signatures: 1, cancellationToken);
    }

    [Test]
    public async Task SignFile_WhenARequestIsDeniedBehindTheKey_GivesNothingOut(CancellationToken cancellationToken)
    {
        var signing = Refused.ByAsync(() => _caller.SignAsync(Names.Job, Names.Profile, "a.dll", Program, cancellationToken));
        await _stamps.UntilAskedAsync(cancellationToken);
        var locked = await _node.RunAsync(["lock", "--all"], cancellationToken);
        _stamps.LetGo();
        try
        {
            Assert.That(locked.ExitCode, Is.Zero, locked.All);
            await NothingIsGivenOutAsync(await signing, ErrorReason.Denied, signatures: 1, cancellationToken);
        }
        finally
        {
            await _node.UnlockAsync(cancellationToken);
        }
    }

    [Test]
    public async Task SignFile_OfAContainerWhenItsRightEndsBetween_SignsNothingMoreInIt(CancellationToken cancellationToken)
    {
        var signing = Refused.ByAsync(() => _caller.SignAsync(Names.Job, Names.Profile, "a.zip", Archive(3), cancellationToken));
        await RevokeBehindTheKeyAsync(cancellationToken);
        await NothingIsGivenOutAsync(await signing, ErrorReason.NotGranted, signatures: 1, cancellationToken);
    }

    [Test]
    public async Task SignFile_OfACatalogWhenItsRightEndsBehindTheKey_GivesNothingOut(CancellationToken cancellationToken)
    {
        var request = ControllerClient.NewRequest(Names.Job, Names.Profile, ("a.dll", Program));
        request.Options.Catalog = "all.cat";
        await _caller.CreateRequestAsync(request, cancellationToken);
        await _caller.SignFileAsync(request.RequestId, "a.dll", new MemoryStream(Program), cancellationToken);
        var signing = Refused.ByAsync(() => _caller.SignFileAsync(request.RequestId, "all.cat", Stream.Null, cancellationToken));
        await RevokeBehindTheKeyAsync(cancellationToken);
        await NothingIsGivenOutAsync(await signing, ErrorReason.NotGranted, signatures: 1, cancellationToken);
    }

    [Test]
    public async Task SignFile_OfAFileForACatalogWhenItsRightEnds_IsNotTakenIn(CancellationToken cancellationToken)
    {
        var request = ControllerClient.NewRequest(Names.Job, Names.Profile, ("a.dll", Program));
        request.Options.Catalog = "all.cat";
        await _caller.CreateRequestAsync(request, cancellationToken);
        using var upload = await OpenUpload.BeginAsync(
            _node, _caller, request.RequestId, "a.dll", Program, Program.Length, cancellationToken);
        await RevokeAsync(cancellationToken);
        await NothingIsGivenOutAsync(
            await Refused.ByAsync(() => upload.FinishAsync(cancellationToken)), ErrorReason.NotGranted, signatures: 0, cancellationToken);
        Assert.That(await LedgerOf.ReadAsync(_node, cancellationToken, "file-cataloged", _before), Is.Empty);
    }

    private static byte[] Archive(int programs)
    {
        using var bytes = new MemoryStream();
        using (var archive = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            for (var number = 0; number < programs; number++)
            {
                using var entry = archive.CreateEntry($"{number}.dll").Open();
                entry.Write(Program);
            }
        }

        return bytes.ToArray();
    }

    private async Task RevokeBehindTheKeyAsync(CancellationToken cancellationToken)
    {
        await _stamps.UntilAskedAsync(cancellationToken);
        await RevokeAsync(cancellationToken);
        _stamps.LetGo();
    }

    private Task RevokeAsync(CancellationToken cancellationToken) =>
        ReloadAsync(Granted with { Grants = [new() { Jobs = [Names.OtherJob] }] }, cancellationToken);

    private async Task ReloadAsync(AgentOptions options, CancellationToken cancellationToken)
    {
        _node.WriteConfiguration(options);
        var path = _node.Files.Configuration;
        var yaml = await File.ReadAllTextAsync(path, cancellationToken);
        await File.WriteAllTextAsync(
            path, yaml.Replace("servers: [", $"attempts: 1, timeout: 1m, servers: [\"{_stamps.Address}\", ", StringComparison.Ordinal),
            cancellationToken);
        var reloaded = await _node.RunAsync(["config", "reload"], cancellationToken);
        Assert.That(reloaded.ExitCode, Is.Zero, reloaded.All);
    }

    private async Task<long> SignaturesAsync() =>
        (await _node.Agent.GetStatusAsync(CancellationToken.None)).Keys.Sum(key => key.Signatures);

    private async Task NothingIsGivenOutAsync(
        SigningException ended, ErrorReason reason, int signatures, CancellationToken cancellationToken)
    {
        var failures = await LedgerOf.ReadAsync(_node, cancellationToken, "file-failed", _before);
        var signed = await LedgerOf.ReadAsync(_node, cancellationToken, "file-signed", _before);
        var used = await SignaturesAsync() - _signatures;
        Assert.Multiple(() =>
        {
            Assert.That(ended.Reason, Is.EqualTo(reason), ended.Message);
            Assert.That(failures.Select(record => record.Text("reason")), Is.EqualTo(new[] { ErrorReasons.WireName(reason) }));
            Assert.That(signed, Is.Empty);
            Assert.That(used, Is.EqualTo(signatures), "The key was used otherwise.");
        });
    }
}
