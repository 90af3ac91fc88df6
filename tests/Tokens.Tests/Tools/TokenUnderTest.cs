using System.Text;
using Microsoft.Extensions.Logging;
using Signet.Protocol.V1;
using Signet.Testing.SoftHsm;
using Signet.Testing.Tools;
using Signet.Tokens.Client;
using Signet.Tokens.Host;
using Signet.Tokens.Supervision;

namespace Signet.Tokens.Tests.Tools;

/// <summary>A supervisor with a real token host as its child process, in a directory of its own.</summary>
internal sealed class TokenUnderTest : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory;
    private readonly ILoggerFactory _logging;

    private TokenUnderTest(TemporaryDirectory directory, TokenHostOptions options, TokenHostLaunch launch)
    {
        _directory = directory;
        Launch = launch;
        SocketPath = options.SocketPath;
        _logging = LoggerFactory.Create(logging => logging.AddProvider(Log).SetMinimumLevel(LogLevel.Debug));
        Supervisor = new TokenSupervisor(launch, Sink, TimeProvider.System, _logging.CreateLogger<TokenSupervisor>());
    }

    public TokenSupervisor Supervisor { get; }

    public RecordingSink Sink { get; } = new();

    public CollectingLog Log { get; } = new();

    public TokenHostLaunch Launch { get; }

    public string SocketPath { get; }

    public int HostProcessId => Supervisor.Status.HostProcessId;

    /// <summary>Options for a token that is unlocked by this process's own account.</summary>
    public static TokenHostOptions OptionsFor(TemporaryDirectory directory, SoftHsmToken token, params string[] keys) => new()
    {
        Name = "card",
        SocketPath = directory.File("t.sock"),
        Operators = [Environment.UserName],
        Keys = [.. keys.Select(label => new KeySelector(label))],
        CallDeadline = TimeSpan.FromSeconds(20),
        PollInterval = TimeSpan.FromMilliseconds(200),
        Pkcs11 = new Pkcs11TokenOptions { ModulePath = SoftHsmToken.ModulePath, Serial = token.Serial, Sessions = 2 },
    };

    /// <summary>How to start this test assembly as a token host.</summary>
    public static TokenHostLaunch LaunchFor(TokenHostOptions options, IReadOnlyDictionary<string, string> environment) => new()
    {
        Options = options,
        Executable = "dotnet",
        Arguments = [typeof(TokenUnderTest).Assembly.Location, "host"],
        Environment = environment,
        HealthInterval = TimeSpan.FromMilliseconds(200),
    };

    /// <summary>Starts supervisor and host, and waits until the host has looked for its token.</summary>
    public static async Task<TokenUnderTest> StartAsync(
        TemporaryDirectory directory, TokenHostOptions options, IReadOnlyDictionary<string, string> environment,
        CancellationToken cancellationToken)
    {
        var running = new TokenUnderTest(directory, options, LaunchFor(options, environment));
        await running.Supervisor.StartAsync(cancellationToken);
        await Eventually.BecomesTrueAsync(
            () => running.Supervisor.Status is { HostProcessId: > 0, Detail: not "Looking for the token." },
            "the host serves", cancellationToken);
        return running;
    }

    public static Task<TokenUnderTest> StartAsync(
        TemporaryDirectory directory, TokenHostOptions options, SoftHsmToken token, CancellationToken cancellationToken) =>
        StartAsync(directory, options, token.Environment, cancellationToken);

    public Task<TokenStatus> UnlockAsync(string pin, CancellationToken cancellationToken, bool acceptFinalTry = false) =>
        TokenHostClient.UnlockAsync(SocketPath, Encoding.UTF8.GetBytes(pin), acceptFinalTry, cancellationToken);

    /// <summary>Unlocks and waits until the agent counts the token as ready.</summary>
    public async Task MakeReadyAsync(string pin, CancellationToken cancellationToken)
    {
        await UnlockAsync(pin, cancellationToken);
        await StateBecomesAsync(TokenState.Ready, cancellationToken);
    }

    public Task StateBecomesAsync(TokenState state, CancellationToken cancellationToken) =>
        Eventually.BecomesTrueAsync(() => Supervisor.Status.State == state, $"state {state}", cancellationToken);

    public Task IsRecordedAsync(TokenEventKind kind, CancellationToken cancellationToken) =>
        Eventually.BecomesTrueAsync(() => Sink.Kinds.Contains(kind), $"{kind} is recorded", cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await Supervisor.DisposeAsync();
        _logging.Dispose();
        if (TestContext.CurrentContext.Result.Outcome.Status == NUnit.Framework.Interfaces.TestStatus.Failed)
        {
            await TestContext.Out.WriteLineAsync(string.Join('\n', Log.Lines));
        }

        _directory.Dispose();
    }
}
