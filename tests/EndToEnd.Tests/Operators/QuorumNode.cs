using Signet.EndToEnd.Tests.Faults;
using Signet.Protocol.V1;
using Signet.Testing.Agent;
using Signet.Testing.SoftHsm;
using Signet.Testing.Tools;

namespace Signet.EndToEnd.Tests.Operators;

/// <summary>A node whose token is unlocked by a quorum of accounts of this machine.</summary>
public sealed class QuorumNode : IAsyncDisposable
{
    private const string Prefix = "signet-test-";

    private static readonly byte[] Program = File.ReadAllBytes(SampleProgram.Library);

    private readonly OtherAccount _runner;
    private readonly StatusFeed _statuses;
    private readonly ControllerClient _controller;

    private QuorumNode(AgentEnvironment environment, OtherAccount runner, StatusFeed statuses, IReadOnlyList<string> accounts)
    {
        Environment = environment;
        _runner = runner;
        _statuses = statuses;
        _controller = environment.Controller();
        Accounts = accounts;
        Lane = new FaultLane(environment, Names.Token, statuses, _controller, Program);
    }

    public AgentEnvironment Environment { get; }

    /// <summary>The operators.</summary>
    public IReadOnlyList<string> Accounts { get; }

    /// <summary>The token and its profile, which is named as the token.</summary>
    public FaultLane Lane { get; }

    /// <summary>Starts it with operators who have accounts, and enrolls all of them but the last.</summary>
    /// <param name="name">Sets the accounts of one fixture apart from those of another.</param>
    /// <param name="operators">How many.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task<QuorumNode> StartAsync(string name, int operators, CancellationToken cancellationToken)
    {
        var accounts = Enumerable.Range(1, operators).Select(number => $"{Prefix}{name}{number}").ToList();
        foreach (var account in accounts)
        {
            await OtherAccount.MakeAsync(account, cancellationToken);
        }

        var environment = await AgentEnvironment.CreateAsync(
            new AgentOptions
            {
                Tokens = [new() { Faulty = true, Unlock = "quorum" }],
                Profiles = [new() { Name = Names.Token, Timestamped = false }],
                Grants = [new() { Profiles = [Names.Token] }],
                Operators = [.. accounts, System.Environment.UserName],
                TokenDeadline = "20s",
            },
            cancellationToken);
        await environment.StartAgentAsync(cancellationToken);
        var statuses = await StatusFeed.StartAsync(environment, cancellationToken);
        var node = new QuorumNode(environment, OtherAccount.Create(), statuses, accounts);
        await node.Lane.SettleAsync(cancellationToken);
        await Task.WhenAll(accounts.Select(account => node.EnrollAsync(account, cancellationToken)));
        return node;
    }

    /// <summary>
    /// Makes the token as it was at first: its security officer sets its first PIN again, and there is no quorum. Who is
    /// enrolled stays so.
    /// </summary>
    public async Task ResetAsync(CancellationToken cancellationToken)
    {
        Lane.Module.Do();
        var token = Environment.Token!;
        await ExternalProgram.RunSuccessfullyAsync(
            "pkcs11-tool",
            [
                "--module", SoftHsmToken.ModulePath, "--slot", $"{token.Slot}", "--login", "--login-type", "so", "--so-pin", token.SoPin,
                "--init-pin", "--new-pin", token.UserPin,
            ],
            cancellationToken, environment: token.Environment);
        foreach (var file in new[] { "current.json", "next.json" })
        {
            File.Delete(Path.Combine(Environment.Files.State, "quorum", Names.Token, file));
        }

        // A module that runs has the old PIN in its memory.
        await Environment.KillTokenHostAsync(cancellationToken);
        await Lane.SettleAsync(cancellationToken);
    }

    public static string PassphraseOf(string account) => "passphrase of " + account;

    /// <summary>Runs a command of <c>signet</c> in an operator's account.</summary>
    public Task<ProgramResult> RunAsync(
        string account, IEnumerable<string> arguments, CancellationToken cancellationToken, string? input = null) =>
        _runner.RunAsync([.. arguments, "--run", Environment.Files.Run], cancellationToken, input, account);

    /// <summary><c>signet unlock</c> in an operator's account, with the operator's passphrase.</summary>
    public Task<ProgramResult> UnlockAsync(string account, CancellationToken cancellationToken, string? passphrase = null) =>
        RunAsync(account, ["unlock", Names.Token, "--pin-stdin"], cancellationToken, (passphrase ?? PassphraseOf(account)) + "\n");

    /// <summary>A ceremony with the token's own PIN; the test's account holds it.</summary>
    public Task<ProgramResult> CreateAsync(
        int threshold, IEnumerable<string> members, CancellationToken cancellationToken, params string[] more) => Environment.RunAsync(
        [
            "quorum", "create", Names.Token, "--threshold", $"{threshold}", .. members.SelectMany(member => new[] { "--operator", member }),
            "--pin-stdin", .. more,
        ],
        cancellationToken, Environment.Token!.UserPin + "\n");

    /// <summary>Reloads the configuration with other operators than all accounts; the test's own stays one.</summary>
    public async Task ReloadAsync(IEnumerable<string> accounts, CancellationToken cancellationToken)
    {
        var path = Environment.Files.Configuration;
        var operators = string.Join(", ", accounts.Append(System.Environment.UserName).Select(account => $"\"{account}\""));
        var lines = (await File.ReadAllLinesAsync(path, cancellationToken))
            .Select(line => line.StartsWith("operators: ", StringComparison.Ordinal) ? $"operators: [{operators}]" : line);
        await File.WriteAllLinesAsync(path, lines, cancellationToken);
        var reloaded = await Environment.RunAsync(["config", "reload"], cancellationToken);
        if (reloaded.ExitCode != 0)
        {
            throw new InvalidOperationException(reloaded.All);
        }
    }

    /// <summary>Waits for the token, which is ready or locked, and for the host that serves it.</summary>
    public Task UntilAsync(TokenState state, CancellationToken cancellationToken) => _statuses.UntilAsync(
        Names.Token, status => status.State == state && status.HostProcessId > 0, cancellationToken);

    /// <summary>Whether the key signs.</summary>
    public async Task<bool> SignsAsync(CancellationToken cancellationToken) =>
        (await Lane.SignAsync(cancellationToken)).Signed is not null;

    public async ValueTask DisposeAsync()
    {
        _controller.Dispose();
        await _statuses.DisposeAsync();
        await Environment.DisposeAsync();
        _runner.Dispose();
        foreach (var account in Accounts)
        {
            await OtherAccount.RemoveAsync(account);
        }
    }

    private async Task EnrollAsync(string account, CancellationToken cancellationToken)
    {
        var result = await RunAsync(
            account, ["quorum", "enroll", Names.Token, "--pin-stdin"], cancellationToken, PassphraseOf(account) + "\n");
        if (result.ExitCode != 0)
        {
            throw new InvalidOperationException($"signet quorum enroll by {account} ended with {result.ExitCode}: {result.All}");
        }
    }
}
