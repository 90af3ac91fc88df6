using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Signet.Protocol.Local;
using Signet.Protocol.V1;
using Signet.Tokens.Pfx;
using Signet.Tokens.Pkcs11;
using Signet.Tokens.Quorum;

namespace Signet.Tokens.Host;

/// <summary>The token host: one process that owns one token. A TokenSupervisor starts it as a child.</summary>
public static class TokenHostProcess
{
    /// <summary>Exit code of a host whose agent is gone.</summary>
    public const int ParentEndedExitCode = 0;

    /// <summary>Exit code of a host that ended itself because a native call hung, or because it lost track of the token.</summary>
    public const int TokenHungExitCode = 70;

    /// <summary>
    /// Serves the token that the agent names in the first line of the standard input, until that ends, which ends the
    /// process, or until cancelled. It ignores the signals
    /// of a terminal and of a service manager: the agent finishes what runs, and then closes the input.
    /// </summary>
    /// <param name="cancellationToken">Ends it in order; for tests that run it in their own process.</param>
    /// <exception cref="ArgumentException">The options contradict each other, or are none.</exception>
    /// <exception cref="IOException">Another process serves the socket.</exception>
    public static async Task RunAsync(CancellationToken cancellationToken)
    {
        ProcessHardening.Apply();
        var input = new StreamReader(Console.OpenStandardInput());
        if (ReadOptions(input) is not { } options)
        {
            return;
        }

        Check(options);
        var settings = new TokenHostSettings(options);
        ParentWatch.Start(input, settings.Update, () => ProcessHardening.EndNow(ParentEndedExitCode));
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Ignore);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Ignore);
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Ignore);

        await using var application = Build(options, settings);
        var token = application.Services.GetRequiredService<IHostedToken>();
        var feed = application.Services.GetRequiredService<TokenFeed>();
        var quorum = application.Services.GetRequiredService<QuorumKeeper>();
        feed.Unwatched += () => _ = LockUnwatchedAsync(token, quorum);
        token.Start();
        quorum.Start();
        await application.StartAsync(cancellationToken);
        await UntilCancelledAsync(cancellationToken);
        await token.LockAsync(string.Empty, "The token host ends.");
        await application.StopAsync(CancellationToken.None);
    }

    private static TokenHostOptions? ReadOptions(TextReader input)
    {
        try
        {
            return TokenHostInput.Read(input);
        }
        catch (JsonException exception)
        {
            throw new ArgumentException("A token host is started by its agent, which tells it what to serve.", exception);
        }
    }

    private static WebApplication Build(TokenHostOptions options, TokenHostSettings settings)
    {
        var builder = BareServer.CreateBuilder();
        builder.Logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.ColorBehavior = LoggerColorBehavior.Disabled;
        });
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Logging.AddFilter("Grpc", LogLevel.Warning);
        builder.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);

        // A PIN passes through it. The size is that of the server's own blocks.
        builder.Services.Replace(ServiceDescriptor.Singleton<IMemoryPoolFactory<byte>>(
            new PinnedBlocks(blockBytes: 4096, mostKept: 256, isZeroed: true)));
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(1));
        builder.Services.AddGrpc(LocalEndpoint.ConfigureMessages);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(services => new TokenFeed(InitialStatus(options), services.GetRequiredService<TimeProvider>()));
        builder.Services.AddSingleton(new TokenHostAccess(options.Name, options.AgentProcessId, settings));
        builder.Services.AddSingleton<TokenHostRefusals>();
        builder.Services.AddSingleton<ILocalDoor, TokenHostDoor>();
        builder.Services.AddSingleton(services => CreateToken(services, options));
        builder.Services.AddSingleton(new QuorumStore(options.QuorumDirectory));
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(settings);
        builder.Services.AddSingleton<QuorumCeremonies>();
        builder.Services.AddSingleton<QuorumKeeper>();
        builder.Services.AddSingleton<TokenHostService>();
        builder.WebHost.ListenLocal(options.SocketPath, options.OperatorsGroup);
        var application = builder.Build();
        application.MapGrpcService<TokenHostService>();
        return application;
    }

    private static IHostedToken CreateToken(IServiceProvider services, TokenHostOptions options)
    {
        var feed = services.GetRequiredService<TokenFeed>();
        var time = services.GetRequiredService<TimeProvider>();
        var factory = services.GetRequiredService<ILoggerFactory>();
        return options.Pkcs11 is { } token
            ? new Pkcs11Token(options, token, services.GetRequiredService<TokenHostSettings>(), feed, time, factory.CreateLogger<Pkcs11Token>(), End)
            : new PfxToken(options, options.Pfx!, feed, time, factory.CreateLogger<PfxToken>(), End);

        static void End(string reason)
        {
            // The logger writes behind our back and would lose this line.
            Console.Error.WriteLine($"crit: {reason} The token host ends; the token is locked.");
            Console.Error.Flush();
            ProcessHardening.EndNow(TokenHungExitCode);
        }
    }

    private static TokenStatus InitialStatus(TokenHostOptions options) => new()
    {
        Name = options.Name,
        State = TokenState.Absent,
        Starting = true,
        Detail = "Looking for the token.",
        UnlockMethod = options.Pkcs11?.UnlockMethod ?? UnlockMethod.Pin,
        Hardware = options.Pkcs11 is not null,
        HostProcessId = Environment.ProcessId,
    };

    private static async Task UntilCancelledAsync(CancellationToken cancellationToken)
    {
        var cancelled = new TaskCompletionSource();
        await using var registration = cancellationToken.Register(cancelled.SetResult);
        await cancelled.Task;
    }

    private static async Task LockUnwatchedAsync(IHostedToken token, QuorumKeeper quorum)
    {
        try
        {
            await quorum.ForgetAsync();
            await token.LockAsync(string.Empty, "The agent no longer follows the token.");
        }
        catch (ObjectDisposedException)
        {
            // The host ends.
        }
    }

    private static void Check(TokenHostOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if ((options.Pkcs11 is null) == (options.Pfx is null))
        {
            throw new ArgumentException($"Token '{options.Name}' needs either a PKCS#11 module or a PFX file.", nameof(options));
        }

        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(options.CallDeadline, TimeSpan.Zero);
        if (options.Pkcs11 is { } token)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(token.Sessions, 1);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(token.Sessions, 64);
            ArgumentOutOfRangeException.ThrowIfLessThan(token.Queue, 1);
            var selectors = (token.Label is null ? 0 : 1) + (token.Serial is null ? 0 : 1) + (token.Slot is null ? 0 : 1);
            if (selectors == 0)
            {
                throw new ArgumentException($"Token '{options.Name}' needs a label, a serial number or a slot.", nameof(options));
            }
        }
    }

    private static void Ignore(PosixSignalContext context) => context.Cancel = true;
}
