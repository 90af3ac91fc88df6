using System.Collections.Concurrent;
using System.Threading.Channels;
using Google.Protobuf;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Signet.Agent.Configuration;
using Signet.Agent.Requests;
using Signet.Agent.Storage;
using Signet.Protocol.V1;

namespace Signet.Agent.Notifying;

/// <summary>
/// Tells a program of the configuration about requests that came into a state, one after the other. Nothing waits for it,
/// and whatever becomes of it changes nothing: it is logged.
/// </summary>
internal sealed class RequestNotifier(
    ConfigurationHolder configuration, IAgentStore store, RequestChanges changes, NotifyProgram program,
    ILogger<RequestNotifier> logger) : BackgroundService
{
    // What comes faster than the program runs is dropped rather than kept without bound.
    private const int MostWaiting = 1000;

    private static readonly JsonFormatter Json = new(JsonFormatter.Settings.Default.WithFormatDefaultValues(false));

    private readonly Channel<string> _changed = Channel.CreateBounded<string>(
        new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropWrite });

    private readonly ConcurrentDictionary<string, RequestState> _told = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        changes.Changed += OnChanged;
        try
        {
            await foreach (var requestId in _changed.Reader.ReadAllAsync(stoppingToken))
            {
                await TellAsync(requestId, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The agent stops.
        }
        finally
        {
            changes.Changed -= OnChanged;
        }
    }

    private void OnChanged(string requestId)
    {
        if (configuration.Current.Notify is not null && !_changed.Writer.TryWrite(requestId))
        {
            logger.LogWarning("Notify: too many requests wait for the program, so it is not told of {Request}", requestId);
        }
    }

    private async Task TellAsync(string requestId, CancellationToken cancellationToken)
    {
        try
        {
            if (configuration.Current.Notify is not { } notify)
            {
                return;
            }

            var detail = await store.ReadAsync(
                reader => reader.FindRequest(requestId) is { } found ? RequestViews.ToDetail(reader, found) : null,
                cancellationToken);
            if (detail is not null && IsNews(requestId, detail.Request.State) && notify.States.Contains(detail.Request.State))
            {
                await program.RunAsync(notify, Json.Format(detail), cancellationToken);
            }
        }
#pragma warning disable CA1031 // A program that somebody else wrote must not end the agent, whatever it does.
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            logger.LogWarning(exception, "Notify: the program was not told of request {Request}", requestId);
        }
    }

    // A request changes with every file that is signed; only a new state is news.
    private bool IsNews(string requestId, RequestState state)
    {
        var known = _told.TryGetValue(requestId, out var before);
        if (RequestLifecycle.IsActive(state))
        {
            _told[requestId] = state;
        }
        else
        {
            _told.TryRemove(requestId, out _);
        }

        return !known || before != state;
    }
}
