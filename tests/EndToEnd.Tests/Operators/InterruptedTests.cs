using System.Diagnostics;
using Signet.Protocol.V1;
using Signet.Testing.Agent;
using Signet.Testing.SoftHsm;
using Signet.Testing.Tools;

namespace Signet.EndToEnd.Tests.Operators;

/// <summary>Ctrl+C after something was handed over: it goes on, and the command says so.</summary>
[CancelAfter(120_000)]
public sealed class InterruptedTests
{
    private const string Shared = "shared";

    private AgentEnvironment _node = null!;

    [SetUp]
    public async Task StartNode()
    {
        _node = await AgentEnvironment.CreateAsync(
            new AgentOptions
            {
                Tokens = [new() { Faulty = true }, new() { Name = Shared, Label = "Shared", Faulty = true, Unlock = "quorum" }],
                Keys = [new(), new() { Name = "other", Token = Shared }],
                Profiles = [new() { Timestamped = false }],
                Operators = [Environment.UserName],
            },
            CancellationToken.None);
        await _node.StartAgentAsync(CancellationToken.None);
        await UntilAsync(Names.Token, TokenState.Locked, CancellationToken.None);
        await UntilAsync(Shared, TokenState.Locked, CancellationToken.None);
    }

    [TearDown]
    public async Task StopNode() => await _node.DisposeAsync();

    [TestCase("INT")]
    [TestCase("TERM")]
    public async Task Unlock_InterruptedAfterThePin_SaysThatTheLoginGoesOn(string signal, CancellationToken cancellationToken)
    {
        var module = _node.Faults();
        module.Do("C_Login delay 2000");
        var ended = await InterruptAsync(
            signal, ["unlock", Names.Token, "--pin-stdin"], _node.Token!.UserPin, module, "C_Login", cancellationToken);
        Assert.Multiple(() =>
        {
            Assert.That(ended.ExitCode, Is.EqualTo(3), ended.All);
            Assert.That(ended.Error, Does.Contain("the login goes on").And.Contain("signet status").And.Contain("signet lock card"));
            Assert.That(ended.All, Does.Not.Contain("Cancelled"));
        });
        await UntilAsync(Names.Token, TokenState.Ready, cancellationToken);
        var locked = await _node.RunAsync(["lock", Names.Token], cancellationToken);
        Assert.That(locked.ExitCode, Is.Zero, locked.All);
    }

    [Test]
    public async Task Unlock_InterruptedBeforeThePin_IsCancelledAndTriesNothing(CancellationToken cancellationToken)
    {
        using var process = Start(["unlock", Names.Token, "--pin-stdin"]);

        // It asks for the PIN once it has shown what the token says.
        var line = await process.StandardError.ReadLineAsync(cancellationToken);
        Assert.That(line, Does.StartWith("Token card"));
        await process.StandardError.ReadLineAsync(cancellationToken);
        await Signal.SendAsync(process.Id, "INT", cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        Assert.That(process.ExitCode, Is.EqualTo(130));
        Assert.That(await process.StandardError.ReadToEndAsync(cancellationToken), Does.Contain("Cancelled."));
        Assert.That(_node.Faults().Logins, Is.Zero);
    }

    [Test]
    public async Task Lock_Interrupted_SaysThatItGoesOn(CancellationToken cancellationToken)
    {
        await _node.UnlockAsync(Names.Token, _node.Token!.UserPin, cancellationToken);
        await UntilAsync(Names.Token, TokenState.Ready, cancellationToken);
        var module = _node.Faults();
        module.Do("C_Logout delay 2000");
        var ended = await InterruptAsync("INT", ["lock", Names.Token], string.Empty, module, "C_Logout", cancellationToken);
        Assert.That(ended.ExitCode, Is.EqualTo(3), ended.All);
        Assert.That(ended.Error, Does.Contain("the lock was ordered: it goes on"));
        await UntilAsync(Names.Token, TokenState.Locked, cancellationToken);
    }

    [Test]
    public async Task Quorum_InterruptedInTheCeremonyAndAfterTheLastShare_GoesOn(CancellationToken cancellationToken)
    {
        const string passphrase = "a passphrase of root";
        var enrolled = await _node.RunAsync(["quorum", "enroll", Shared, "--pin-stdin"], cancellationToken, passphrase + "\n");
        Assert.That(enrolled.ExitCode, Is.Zero, enrolled.All);
        var module = _node.Faults(Shared);
        module.Do("C_SetPIN delay 2000");
        var made = await InterruptAsync(
            "INT", ["quorum", "create", Shared, "--threshold", "1", "--operator", Environment.UserName, "--pin-stdin"],
            _node.Tokens[Shared].UserPin, module, "C_SetPIN", cancellationToken);
        Assert.That(made.ExitCode, Is.EqualTo(3), made.All);
        Assert.That(made.Error, Does.Contain("the ceremony goes on").And.Contain("signet quorum show shared"));
        await Eventually.TrueAsync(
            async () => (await _node.RunAsync(["quorum", "show", Shared], cancellationToken)).Output.Contains("any 1 of 1", StringComparison.Ordinal),
            "quorum", cancellationToken);

        module.Do("C_Login delay 2000");
        module.ForgetCalls();
        var given = await InterruptAsync("INT", ["unlock", Shared, "--pin-stdin"], passphrase, module, "C_Login", cancellationToken);
        Assert.That(given.ExitCode, Is.EqualTo(3), given.All);
        Assert.That(given.Error, Does.Contain("your share counts all the same").And.Contain("signet lock shared"));
        await UntilAsync(Shared, TokenState.Ready, cancellationToken);
    }

    private async Task<ProgramResult> InterruptAsync(
        string signal, string[] arguments, string input, FaultyModule module, string call, CancellationToken cancellationToken)
    {
        var before = module.Calls.Count(name => name == call);
        using var process = Start(arguments);
        var reading = Task.WhenAll(
            process.StandardOutput.ReadToEndAsync(cancellationToken), process.StandardError.ReadToEndAsync(cancellationToken));
        await process.StandardInput.WriteLineAsync(input.AsMemory(), cancellationToken);
        process.StandardInput.Close();
        await Eventually.TrueAsync(
            () => Task.FromResult(module.Calls.Count(name => name == call) > before), call, cancellationToken, TimeSpan.FromSeconds(20));
        await Signal.SendAsync(process.Id, signal, cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        var read = await reading;
        return new ProgramResult(process.ExitCode, read[0], read[1]);
    }

    private Process Start(IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(SignetCommand.Executable, [.. arguments, "--config", _node.Files.Configuration])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return Process.Start(start)!;
    }

    private async Task UntilAsync(string token, TokenState state, CancellationToken cancellationToken) => await _node.Agent.WaitForStatusAsync(
        status => status.Tokens.Any(seen => seen.Name == token && seen.State == state && seen.HostProcessId > 0), $"{token} {state}",
        cancellationToken);
}
