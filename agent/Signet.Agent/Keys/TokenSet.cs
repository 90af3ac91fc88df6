using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Signet.Agent.Configuration;
using Signet.Tokens;
using Signet.Tokens.Supervision;

namespace Signet.Agent.Keys;

/// <summary>
/// The tokens of the node, each behind its own host process. They are those of the configuration that the agent started
/// with: a reload does not start or end a token host, but changes who may unlock and which keys are looked for.
/// </summary>
/// <remarks>Safe for use by several threads at once.</remarks>
internal sealed class TokenSet : IHostedService, IAsyncDisposable
{
    private readonly ConfigurationHolder _configuration;
    private readonly List<TokenSupervisor> _tokens;

    /// <summary>Prepares the tokens; no host is started yet.</summary>
    /// <param name="configuration">Has the configuration that the agent starts with, and tells of others.</param>
    /// <param name="program">How to start a token host.</param>
    /// <param name="sink">Where the tokens' events are recorded.</param>
    /// <param name="time">The clock.</param>
    /// <param name="loggers">The log.</param>
    public TokenSet(
        ConfigurationHolder configuration, TokenHostProgram program, ITokenEventSink sink, TimeProvider time,
        ILoggerFactory loggers)
    {
        var logger = loggers.CreateLogger<TokenSupervisor>();
        _tokens = [.. HostedTokens.Of(configuration.Current).Select(options => program.Launch(options, EnvironmentOf(configuration.Current, options.Name)))
            .Select(launch => new TokenSupervisor(launch, sink, time, logger))];
        _configuration = configuration;
        _configuration.Changed += Update;
        foreach (var token in _tokens)
        {
            token.Changed += (_, _) => Changed?.Invoke(this, EventArgs.Empty);
        }
    }

    /// <summary>Raised after each change of any token, on any thread.</summary>
    public event EventHandler? Changed;

    /// <summary>Every token, PFX files last.</summary>
    public IReadOnlyList<IToken> All => _tokens;

    /// <summary>The token of this name; null where the running agent has none.</summary>
    public IToken? Find(string name) => _tokens.Find(token => token.Name == name);

    /// <summary>Starts every token host. A host that does not come up keeps no other from it.</summary>
    public Task StartAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(_tokens.Select(token => token.StartAsync(cancellationToken)));

    /// <summary>Lets signatures that run finish, locks every token, and ends the hosts.</summary>
    public Task StopAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(_tokens.Select(token => token.StopAsync(cancellationToken)));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _configuration.Changed -= Update;
        foreach (var token in _tokens)
        {
            await token.DisposeAsync();
        }
    }

    private static IReadOnlyDictionary<string, string> EnvironmentOf(SignetConfiguration configuration, string name) =>
        configuration.Tokens.FirstOrDefault(token => token.Name == name)?.Environment.Variables ?? ModuleEnvironment.Empty.Variables;

    private void Update(object? sender, ConfigurationChangedEventArgs change) => _tokens.ForEach(token => token.Update(
        change.Current.Operators, HostedTokens.Keys(change.Current, token.Name)));
}
