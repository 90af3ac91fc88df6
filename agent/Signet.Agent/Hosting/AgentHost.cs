using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NLog.Extensions.Logging;
using Signet.Agent.Configuration;
using Signet.Formats;
using Signet.Tokens.Host;

namespace Signet.Agent.Hosting;

/// <summary>Runs the agent: in a terminal, as a systemd service, or as a Windows service.</summary>
internal static class AgentHost
{
    /// <summary>The agent ran and ended in order.</summary>
    public const int Ended = 0;

    /// <summary>The configuration cannot be used.</summary>
    public const int Misconfigured = 1;

    /// <summary>The agent could not start, or a part of it failed.</summary>
    public const int Failed = 2;

    // Longer than a signature that is under way may take; agent/packaging/linux/signet.service allows a little more.
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(80);

    /// <summary>Runs until SIGTERM, SIGINT, the service manager's stop, or the token.</summary>
    /// <param name="configurationPath">Path of signet.yaml.</param>
    /// <param name="cancellationToken">Stops the agent as a signal does.</param>
    /// <returns>The exit code of the process.</returns>
    public static async Task<int> RunAsync(string configurationPath, CancellationToken cancellationToken)
    {
        // What the agent starts, such as the program that is told of requests, runs in its account and must not steer it.
        ProcessHardening.Apply();
        var path = Path.GetFullPath(configurationPath);
        var loader = new ConfigurationLoader(FormatCatalog.Default.All.Select(format => format.Name).ToHashSet());
        var loaded = loader.Load(path);
        if (!loaded.IsValid)
        {
            foreach (var issue in loaded.Issues)
            {
                await Console.Error.WriteLineAsync($"{path}:{issue}");
            }

            await Console.Error.WriteLineAsync("signet: The configuration cannot be used, so the agent did not start.");
            return Misconfigured;
        }

        try
        {
            RuntimeDirectories.Prepare(loaded.Configuration.Directories);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"signet: A directory of the agent cannot be used: {exception.Message}");
            return Failed;
        }

        using var logs = LogSetup.Create(loaded.Configuration.Directories.Log);
        var configuration = new ConfigurationHolder(path, loaded.Configuration, loader, TimeProvider.System);
        using var host = Build(configuration, logs);
        return await RunAsync(host, cancellationToken);
    }

    private static async Task<int> RunAsync(IHost host, CancellationToken cancellationToken)
    {
        var logger = host.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Signet.Agent");
        try
        {
            await host.RunAsync(cancellationToken);
            return Ended;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return Ended;
        }
#pragma warning disable CA1031 // Whatever kept the agent from running: the log has all of it, the console one sentence.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            logger.LogCritical(exception, "The agent does not run: {Problem}", exception.Message);
            return Failed;
        }
    }

    private static IHost Build(ConfigurationHolder configuration, NLog.LogFactory logs)
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings
        {
            ApplicationName = "signet",
            DisableDefaults = true,
            // A mistake in the composition shows at the start and not at the first signature.
            EnvironmentName = Environments.Production,
        });
        builder.ConfigureContainer(new DefaultServiceProviderFactory(
            new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true }));
        builder.Logging.ClearProviders();
        builder.Logging.SetMinimumLevel(LogLevel.Information);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Logging.AddFilter("Grpc", LogLevel.Warning);
        builder.Logging.AddProvider(new NLogLoggerProvider(new NLogProviderOptions(), logs));
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = ShutdownTimeout);
        builder.Services.Configure<ConsoleLifetimeOptions>(options => options.SuppressStatusMessages = true);
        builder.Services.AddSystemd();
        builder.Services.AddWindowsService(options => options.ServiceName = "Signet");
        builder.Services.AddAgent(configuration);
        return builder.Build();
    }
}
