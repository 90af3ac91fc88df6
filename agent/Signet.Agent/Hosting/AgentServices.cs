using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Signet.Agent.Access;
using Signet.Agent.Configuration;
using Signet.Agent.FileSigning;
using Signet.Agent.Keys;
using Signet.Agent.Ledger.Auditing;
using Signet.Agent.Notifying;
using Signet.Agent.Operators;
using Signet.Agent.Requests;
using Signet.Agent.Rights;
using Signet.Agent.Services;
using Signet.Agent.Storage;
using Signet.Agent.Storage.Sqlite;
using Signet.Agent.Timestamping;
using Signet.Formats;
using Signet.Tokens;

namespace Signet.Agent.Hosting;

/// <summary>The agent's composition root: every object of the agent is made here, once.</summary>
internal static class AgentServices
{
    private const string LedgerOriginPrefix = "signet.ledger/";

    /// <summary>Registers the agent.</summary>
    /// <param name="services">The container of the process.</param>
    /// <param name="configuration">The configuration that the agent starts with.</param>
    public static void AddAgent(this IServiceCollection services, ConfigurationHolder configuration)
    {
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(configuration);
        services.AddSingleton(FormatCatalog.Default);
        AddStore(services, configuration.Current.Directories);
        AddAccess(services);
        AddTokens(services, configuration);
        AddSigning(services, configuration.Current.Directories);
        AddOperators(services);
        AddEndpoints(services);
    }

    private static void AddStore(IServiceCollection services, DirectoryConfiguration directories)
    {
        var options = new SqliteStoreOptions(
            Path.Combine(directories.State, "signet.db"),
            Path.Combine(directories.State, "ledger.key"),
            LedgerOriginPrefix + Environment.MachineName);
        services.AddSingleton(options);
        services.AddSingleton<ILedgerSource>(new SqliteLedgerSource(options.DatabasePath));
        services.AddSingleton<IAgentStore>(provider => SqliteAgentStore.Open(
            options,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<SqliteAgentStore>>()));
    }

    private static void AddAccess(IServiceCollection services)
    {
        services.AddSingleton<CredentialVerifier>();
        services.AddSingleton<RefusalRecorder>();
        services.AddSingleton<AccessGuard>();
    }

    private static void AddTokens(IServiceCollection services, ConfigurationHolder configuration)
    {
        services.AddSingleton<ITokenEventSink, LedgerTokenEvents>();
        services.AddSingleton(TokenHostProgram.Self());
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<TokenSet>(provider, configuration));
        services.AddSingleton<SignatureCounters>();
        services.AddSingleton<KeyRing>();
    }

    private static void AddSigning(IServiceCollection services, DirectoryConfiguration directories)
    {
        services.AddSingleton(_ => new SpoolDirectory(Path.Combine(directories.State, "spool")));
        services.AddSingleton<UploadReceiver>();
        services.AddSingleton<CatalogMaker>();
        services.AddSingleton<SignatureCheck>();
        services.AddSingleton<ContainerSigner>();
        services.AddSingleton<TimestampClients>();
        services.AddSingleton<HourlyBudget>();
        services.AddSingleton<InFlight>();
        services.AddSingleton<FileSigner>();
        services.AddSingleton<RequestChanges>();
        services.AddSingleton<RequestLifecycle>();
        services.AddSingleton<SigningRights>();
        services.AddSingleton<OpenCalls>();
    }

    private static void AddOperators(IServiceCollection services)
    {
        services.AddSingleton<OperatorAccess>();
        services.AddSingleton<StatusBuilder>();
        services.AddSingleton<RequestDecisions>();
        services.AddSingleton<LedgerQueries>();
        services.AddSingleton<ConfigurationReloads>();
        services.AddSingleton<OpenPgpExports>();
    }

    // They start in this order and stop in the opposite one: controllers are served last and sent away first.
    private static void AddEndpoints(IServiceCollection services)
    {
        services.AddSingleton<Stopping>();
        services.AddSingleton<ListenAddress>();
        services.AddHostedService<AgentRecords>();
        services.AddHostedService(provider => provider.GetRequiredService<TokenSet>());
        services.AddHostedService<RequestExpiry>();
        services.AddHostedService(provider => provider.GetRequiredService<OpenCalls>());
        services.AddSingleton<NotifyProgram>();
        services.AddHostedService<RequestNotifier>();
        services.AddHostedService<ControllerEndpoint>();
        services.AddHostedService<OperatorEndpoint>();
        services.AddHostedService<StopSequence>();
    }
}
