using Microsoft.Extensions.Logging.Abstractions;
using Signet.Cli.Tests.Operators;
using Signet.Protocol.V1;
using Signet.Testing.Agent;
using Signet.Testing.Tools;
using Signet.Tokens;
using Signet.Tokens.Host;
using Signet.Tokens.Supervision;

namespace Signet.Cli.Tests.Unlock;

/// <summary>
/// A SoftHSM token behind the real <c>signet token-host</c>, kept running by the agent's own supervisor, and an operator
/// socket that tells the supervisor's view of it.
/// </summary>
internal sealed class UnlockNode : IAsyncDisposable
{
    private readonly AgentEnvironment _environment;
    private readonly OperatorServer _server;
    private readonly TokenSupervisor _supervisor;

    private UnlockNode(AgentEnvironment environment, OperatorServer server, TokenSupervisor supervisor)
    {
        _environment = environment;
        _server = server;
        _supervisor = supervisor;
        _supervisor.Changed += (_, _) => Tell();
        Tell();
    }

    public string Pin => _environment.Token!.UserPin;

    public TokenStatus Token => _supervisor.Status;

    /// <summary>Options of a command that make it find this node.</summary>
    public IReadOnlyList<string> Options => ["--run", _server.Run];

    public static async Task<UnlockNode> StartAsync(CancellationToken cancellationToken, AgentOptions? options = null)
    {
        var environment = await AgentEnvironment.CreateAsync(
            options ?? new AgentOptions { Profiles = [new ProfileOptions { Timestamped = false }] }, cancellationToken);
        var files = environment.Files;
        var server = await OperatorServer.StartAsync(new OperatorAnswers(), cancellationToken, files.Run);
        var launch = new TokenHostLaunch
        {
            Options = new TokenHostOptions
            {
                Name = Names.Token,
                SocketPath = Path.Combine(files.Run, $"token-{Names.Token}.sock"),
                Operators = files.Operators,
                Keys = [new KeySelector(Names.Key)],
                Pkcs11 = new Pkcs11TokenOptions { ModulePath = files.Modules[Names.Token], Serial = environment.Token!.Serial },
            },
            Executable = SignetCommand.Executable,
            Arguments = ["token-host", "--token", Names.Token],
            Environment = environment.Token!.Environment,
        };
        var supervisor = new TokenSupervisor(
            launch, new NoLedger(), TimeProvider.System, NullLogger<TokenSupervisor>.Instance);
        var node = new UnlockNode(environment, server, supervisor);
        await supervisor.StartAsync(cancellationToken);
        await Eventually.TrueAsync(
            () => Task.FromResult(node.Token is { State: TokenState.Locked, HostProcessId: > 0 }), "locked token", cancellationToken);
        return node;
    }

    public Task<ProgramResult> RunAsync(
        IEnumerable<string> arguments, CancellationToken cancellationToken, string? standardInput = null) =>
        SignetCommand.RunAsync([.. arguments, .. Options], cancellationToken, standardInput);

    /// <summary>From now on nobody answers on the operator socket.</summary>
    public ValueTask StopAgentAsync() => _server.DisposeAsync();

    public async ValueTask DisposeAsync()
    {
        await _supervisor.DisposeAsync();
        await _server.DisposeAsync();
        await _environment.DisposeAsync();
    }

    private void Tell()
    {
        var status = Statuses.Ready();
        status.Tokens.Clear();
        status.Tokens.Add(_supervisor.Status);
        status.Keys.RemoveAt(1);
        status.Keys[0].Token = Names.Token;
        status.Keys[0].Readiness = _supervisor.Status.State == TokenState.Ready ? KeyReadiness.Ready : KeyReadiness.Locked;
        _server.Answers.Status = status;
        _server.Answers.Watched.Writer.TryWrite(status);
    }

    /// <summary>What the events lead to in the ledger is the agent's business.</summary>
    private sealed class NoLedger : ITokenEventSink
    {
        public Task RecordAsync(string tokenName, TokenEvent tokenEvent, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
