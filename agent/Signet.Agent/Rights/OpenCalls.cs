using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Signet.Agent.Access;
using Signet.Agent.Configuration;
using Signet.Agent.Requests;
using Signet.Agent.Storage;

namespace Signet.Agent.Rights;

/// <summary>
/// Ends calls that lost their right: at once when a configuration comes into use, and within a second where a request or a token
/// changed, a certificate or a request has expired, or a sender is too slow.
/// </summary>
/// <remarks>Safe for use by several threads at once.</remarks>
internal sealed class OpenCalls : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<OpenCall, bool> _calls = new();
    private readonly ConfigurationHolder _configuration;
    private readonly RequestChanges _changes;
    private readonly IAgentStore _store;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    /// <summary>Begins to listen for changes.</summary>
    public OpenCalls(
        ConfigurationHolder configuration, RequestChanges changes, IAgentStore store, TimeProvider time, ILogger<OpenCalls> logger)
    {
        _configuration = configuration;
        _changes = changes;
        _store = store;
        _time = time;
        _logger = logger;
        _configuration.Changed += OnConfigurationChanged;
        _changes.Changed += OnRequestChanged;
    }

    /// <summary>Takes a call in; dispose the result at its end.</summary>
    /// <param name="caller">Who called.</param>
    /// <param name="requestId">Which request the call is about. Read it after this, so that no change falls between.</param>
    /// <param name="cancellationToken">The caller has gone.</param>
    public OpenCall Enter(CallerIdentity caller, string requestId, CancellationToken cancellationToken)
    {
        var call = new OpenCall(this, caller, requestId, cancellationToken);
        _calls[call] = true;
        return call;
    }

    /// <summary>Forgets a call that has ended.</summary>
    public void Leave(OpenCall call) => _calls.TryRemove(call, out _);

    /// <inheritdoc/>
    public override void Dispose()
    {
        _configuration.Changed -= OnConfigurationChanged;
        _changes.Changed -= OnRequestChanged;
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, _time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await ExamineAsync();
        }
    }

    private async Task ExamineAsync()
    {
        foreach (var (call, _) in _calls)
        {
            try
            {
                await call.ExamineAsync(_store);
            }
#pragma warning disable CA1031 // One call that cannot be judged keeps no other from it; its signature is judged again anyway.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                _logger.LogError(exception, "The right of a call for request {RequestId} could not be judged", call.RequestId);
            }
        }
    }

    // Not on the thread of the one who reloads.
    private void OnConfigurationChanged(object? sender, ConfigurationChangedEventArgs change) => _ = Task.Run(ExamineAsync);

    private void OnRequestChanged(string requestId)
    {
        foreach (var (call, _) in _calls)
        {
            if (call.RequestId == requestId)
            {
                call.NoteChange();
            }
        }
    }
}
