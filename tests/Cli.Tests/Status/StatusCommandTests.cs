using System.Text.Json;
using Signet.Cli.Tests.Operators;
using Signet.Protocol.V1;
using Signet.Testing.Agent;
using Signet.Testing.Tools;

namespace Signet.Cli.Tests.Status;

[TestFixture]
public sealed class StatusCommandTests
{
    private const int Timeout = 60_000;

    [Test, CancelAfter(Timeout)]
    public async Task Status_WhenAllIsReady_EndsWith0AndTellsEverySubject(CancellationToken cancellationToken)
    {
        var result = await ShowAsync(Statuses.Ready(), cancellationToken);

        Assert.That(result.ExitCode, Is.EqualTo(0), result.All);
        Assert.That(result.Output, Does.StartWith("READY "));
        foreach (var expected in new[]
        {
            "0.0.0.0:7443", "up for 3 days",
            "serial 0a1b2c3d4e5f6071", "unlocked by alice, 2026-11-23 18:00:00 UTC (5 h ago)", "PIN: no wrong PIN reported",
            "RSA 3072", "CN=Example Code Signing, O=Example GmbH, C=DE", "364 days left", "made on the token, can never leave it",
            "ECDSA P-256", "12 days left: renew it", "no hardware protection (PFX file)",
            "2 approvals, hardware required, up to 200 files of 2 GB, 20 an hour",
            "http://tsa-1.example/: no answer within 15 s",
            "12,412 records, the last 4 min ago", "node-1.example/signet+6f2c9a51+", "0 wait for approval, 1 may be signed, 1 being signed now",
        })
        {
            Assert.That(result.Output, Does.Contain(expected));
        }
    }

    [Test, CancelAfter(Timeout)]
    public async Task Status_WhenATokenIsLocked_EndsWith3AndSaysHowToUnlock(CancellationToken cancellationToken)
    {
        var result = await ShowAsync(Statuses.Locked(), cancellationToken);

        Assert.That(result.ExitCode, Is.EqualTo(3), result.All);
        Assert.That(result.Output, Does.StartWith("LOCKED "));
        Assert.That(result.Output, Does.Contain("signet unlock card"));
        Assert.That(result.Output, Does.Contain("PIN: a wrong PIN was typed since the last right one"));
    }

    [Test, CancelAfter(Timeout)]
    public async Task Status_WhenTheLedgerCannotBeWritten_EndsWith3AndSaysSoFirst(CancellationToken cancellationToken)
    {
        var result = await ShowAsync(Statuses.Unwritable(), cancellationToken);

        Assert.That(result.ExitCode, Is.EqualTo(3), result.All);
        var lines = result.Output.Split('\n');
        Assert.That(lines[0], Does.StartWith("DEGRADED "));
        Assert.That(lines[1], Does.Contain("nothing is signed"));
        Assert.That(lines[2], Does.Contain("signet unlock card"));
    }

    [Test, CancelAfter(Timeout)]
    public async Task Status_WhenATokenNameHoldsControlSequences_ShowsNoneOfThem(CancellationToken cancellationToken)
    {
        var status = Statuses.Ready();
        status.Tokens[0].Label = "evil\e[2J\u009b31m\u202e";

        var result = await ShowAsync(status, cancellationToken);

        Assert.That(result.Output, Does.Contain("evil\\u001B[2J\\u009B31m\\u202E"));
        Assert.That(result.Output.Any(c => char.IsControl(c) && c != '\n'), Is.False);
    }

    [Test, CancelAfter(Timeout)]
    public async Task Status_WhenJsonIsAsked_IsTheMessageInProtobufJson(CancellationToken cancellationToken)
    {
        var status = Statuses.Locked();

        var result = await ShowAsync(status, cancellationToken, "--json");

        Assert.That(result.ExitCode, Is.EqualTo(3), result.All);
        Assert.That(AgentStatus.Parser.ParseJson(result.Output), Is.EqualTo(status));
        using var json = JsonDocument.Parse(result.Output);
        Assert.That(json.RootElement.GetProperty("tokens")[0].GetProperty("state").GetString(), Is.EqualTo("TOKEN_STATE_LOCKED"));
        Assert.That(json.RootElement.GetProperty("requests").GetProperty("pending").GetInt32(), Is.Zero);
    }

    [Test, CancelAfter(Timeout)]
    public async Task Status_WhenNoAgentAnswers_EndsWith4AndSaysWhatToDo(CancellationToken cancellationToken)
    {
        using var directory = new TemporaryDirectory();

        var result = await SignetCommand.RunAsync(["status", "--run", directory.Path], cancellationToken);

        Assert.That(result.ExitCode, Is.EqualTo(4), result.All);
        Assert.That(result.Output, Is.Empty);
        Assert.That(result.Error, Does.Contain(directory.File("agent.sock")).And.Contain("--run DIR"));
        Assert.That(result.Error, Does.Not.Contain("   at "), "a stack trace");
    }

    [Test, CancelAfter(Timeout)]
    public async Task Status_WhenTheConfigurationNamesTheRunDirectory_FindsTheAgent(CancellationToken cancellationToken)
    {
        await using var server = await OperatorServer.StartAsync(new OperatorAnswers(), cancellationToken);
        using var directory = new TemporaryDirectory();
        var file = directory.File("signet.yaml");
        // Broken otherwise: status asks a running agent, whatever became of its file since.
        await File.WriteAllTextAsync(file, $"nonsense: 1\ndirectories: {{ run: {server.Run} }}\n", cancellationToken);

        var byOption = await SignetCommand.RunAsync(["status", "--config", file], cancellationToken);
        var byVariable = await SignetCommand.RunAsync(
            ["status"], cancellationToken, environment: new Dictionary<string, string> { ["SIGNET_CONFIG"] = file });

        Assert.That(byOption.ExitCode, Is.EqualTo(0), byOption.All);
        Assert.That(byVariable.ExitCode, Is.EqualTo(0), byVariable.All);
    }

    [Test, CancelAfter(Timeout)]
    public async Task Status_WhenTheNamedConfigurationIsAbsent_EndsWith1(CancellationToken cancellationToken)
    {
        using var directory = new TemporaryDirectory();

        var result = await SignetCommand.RunAsync(["status", "--config", directory.File("none.yaml")], cancellationToken);

        Assert.That(result.ExitCode, Is.EqualTo(1), result.All);
        Assert.That(result.Error, Does.Contain("none.yaml").And.Contain("--run DIR"));
    }

    private static async Task<ProgramResult> ShowAsync(
        AgentStatus status, CancellationToken cancellationToken, params string[] options)
    {
        await using var server = await OperatorServer.StartAsync(new OperatorAnswers { Status = status }, cancellationToken);
        return await SignetCommand.RunAsync(["status", "--run", server.Run, .. options], cancellationToken);
    }
}
