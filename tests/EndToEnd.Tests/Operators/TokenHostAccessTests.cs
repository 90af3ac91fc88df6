using Grpc.Core;
using Signet.Protocol.Errors;
using Signet.Protocol.Local;
using Signet.Protocol.V1;
using Signet.Testing.Agent;
using Signet.Testing.Tools;

namespace Signet.EndToEnd.Tests.Operators;

/// <summary>A token host serves what its agent has loaded, to whom the agent says, and signs for nobody else.</summary>
[CancelAfter(120_000)]
public sealed class TokenHostAccessTests
{
    private static readonly byte[] Program = File.ReadAllBytes(SampleProgram.Library);

    private readonly AgentOptions _options = new()
    {
        Profiles = [new() { Timestamped = false }],
        Operators = [Environment.UserName, OtherAccount.Nobody],
    };

    private AgentEnvironment _node = null!;
    private OtherAccount _nobody = null!;

    [OneTimeSetUp]
    public async Task StartNode()
    {
        _nobody = OtherAccount.Create();
        _node = await AgentEnvironment.StartUnlockedAsync(_options, CancellationToken.None);
    }

    [OneTimeTearDown]
    public async Task StopNode()
    {
        await _node.DisposeAsync();
        _nobody.Dispose();
    }

    [SetUp]
    public async Task ReloadAsync()
    {
        _node.Files.Operators = _options.Operators!;
        _node.WriteConfiguration(_options);
        await ReloadConfigurationAsync(CancellationToken.None);
    }

    [Test]
    public async Task Sign_ByAnotherProcessOfTheAgentsAccount_IsRefused(CancellationToken cancellationToken)
    {
        await MakeReadyAsync(cancellationToken);
        using var channel = LocalChannel.Connect(_node.Files.TokenSocket(Names.Token));
        var host = new TokenHost.TokenHostClient(channel);
        var request = new SignRequest
        {
            Key = Names.Key,
            Digest = Google.Protobuf.ByteString.CopyFrom(new byte[32]),
            Mechanism = SignatureMechanism.EcdsaSha256,
        };
        using var signing = host.Sign(cancellationToken: cancellationToken);

        // The refusal may come before the digest is written; it is read all the same.
        _ = signing.RequestStream.WriteAsync(request, cancellationToken);
        var sign = await Assert.ThrowsAsync<RpcException>(async () => await signing.ResponseStream.MoveNext(cancellationToken));
        var keys = await Assert.ThrowsAsync<RpcException>(
            async () => await host.DescribeKeysAsync(new DescribeKeysRequest(), cancellationToken: cancellationToken));
        Assert.That(ErrorStatus.FromRpcException(sign!)?.Reason, Is.EqualTo(ErrorReason.NotGranted));
        Assert.That(ErrorStatus.FromRpcException(keys!)?.Reason, Is.EqualTo(ErrorReason.NotGranted));
    }

    [Test]
    public async Task Unlock_ByAnOperatorWhomAReloadRemoved_IsRefusedByTheHostThatRuns(CancellationToken cancellationToken)
    {
        await _node.RunAsync(["lock", Names.Token], cancellationToken);
        var host = await HostAsync(cancellationToken);
        _node.Files.Operators = [Environment.UserName];
        _node.WriteConfiguration(_options);
        await ReloadConfigurationAsync(cancellationToken);

        // The host is told by a pipe, which nothing waits for.
        await Eventually.TrueAsync(
            async () => (await UnlockByNobodyAsync(cancellationToken)).Error.Contains("Account 'nobody' may not", StringComparison.Ordinal),
            "refusal of a former operator", cancellationToken);
        var status = (await _node.Agent.GetStatusAsync(cancellationToken)).Tokens.Single();
        Assert.That(status.HostProcessId, Is.EqualTo(host));
        Assert.That(status.State, Is.EqualTo(TokenState.Locked));
    }

    [Test]
    public async Task Host_StartedAgainAfterTheFileChanged_ServesWhatTheAgentLoaded(CancellationToken cancellationToken)
    {
        // Somebody who can write the file, and is no operator who may reload it: another token, and another operator.
        _node.Files.Operators = [OtherAccount.Nobody];
        _node.WriteConfiguration(_options with { Tokens = [new() { Label = "Another" }] });
        await _node.KillTokenHostAsync(cancellationToken);
        await MakeReadyAsync(cancellationToken);
        using var controller = _node.Controller();
        await controller.SignAsync(Names.Job, Names.Profile, "a.dll", Program, cancellationToken);
    }

    [Test]
    public async Task Unlock_RightAfterTheHostDied_WaitsForTheNextOne(CancellationToken cancellationToken)
    {
        for (var round = 0; round < 3; round++)
        {
            await Signal.SendAsync(await HostAsync(cancellationToken), "KILL", cancellationToken);
            var unlocked = await _node.RunAsync(["unlock", Names.Token, "--pin-stdin"], cancellationToken, _node.Token!.UserPin + "\n");
            Assert.That(unlocked.ExitCode, Is.Zero, unlocked.All);
        }
    }

    private async Task<int> HostAsync(CancellationToken cancellationToken) =>
        (await _node.Agent.WaitForStatusAsync(status => status.Tokens.Single().HostProcessId > 0, "token host", cancellationToken))
            .Tokens.Single().HostProcessId;

    private async Task MakeReadyAsync(CancellationToken cancellationToken)
    {
        var unlocked = await _node.RunAsync(["unlock", Names.Token, "--pin-stdin"], cancellationToken, _node.Token!.UserPin + "\n");
        Assert.That(unlocked.ExitCode, Is.Zero, unlocked.All);
    }

    private Task<ProgramResult> UnlockByNobodyAsync(CancellationToken cancellationToken) => _nobody.RunAsync(
        ["unlock", Names.Token, "--pin-stdin", "--run", _node.Files.Run], cancellationToken, "\n");

    private async Task ReloadConfigurationAsync(CancellationToken cancellationToken)
    {
        var reloaded = await _node.RunAsync(["config", "reload"], cancellationToken);
        Assert.That(reloaded.ExitCode, Is.Zero, reloaded.All);
    }
}
