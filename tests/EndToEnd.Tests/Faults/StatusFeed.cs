using Grpc.Core;
using Grpc.Net.Client;
using Signet.Protocol.Local;
using Signet.Protocol.V1;
using Signet.Testing.Agent;

namespace Signet.EndToEnd.Tests.Faults;

/// <summary>Follows the status of a node, as <c>signet status --watch</c> does.</summary>
public sealed class StatusFeed : IAsyncDisposable
{
    private readonly CancellationTokenSource _ending = new();
    private readonly GrpcChannel _channel;
    private readonly Task _following;
    private readonly Lock _lock = new();
    private AgentStatus _last = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private StatusFeed(GrpcChannel channel)
    {
        _channel = channel;
        _following = Task.Run(FollowAsync);
    }

    /// <summary>Begins to follow, and waits for the first status.</summary>
    public static async Task<StatusFeed> StartAsync(AgentEnvironment node, CancellationToken cancellationToken)
    {
        var feed = new StatusFeed(LocalChannel.Connect(node.Files.OperatorSocket));
        await feed.UntilAsync(status => status.Tokens.Count > 0, "the first status", cancellationToken);
        return feed;
    }

    /// <summary>The last status of a token.</summary>
    public TokenStatus Of(string token)
    {
        lock (_lock)
        {
            return _last.Tokens.Single(status => status.Name == token);
        }
    }

    /// <summary>Waits until a token is as wanted.</summary>
    public Task UntilAsync(string token, Func<TokenStatus, bool> wanted, CancellationToken cancellationToken) => UntilAsync(
        status => wanted(status.Tokens.Single(candidate => candidate.Name == token)), token, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _following;
        _channel.Dispose();
        _ending.Dispose();
    }

    private async Task UntilAsync(Func<AgentStatus, bool> wanted, string what, CancellationToken cancellationToken)
    {
        var deadline = Task.Delay(TimeSpan.FromSeconds(30), cancellationToken);
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (wanted(_last))
                {
                    return;
                }

                changed = _changed.Task;
            }

            if (await Task.WhenAny(changed, deadline) == deadline)
            {
                cancellationToken.ThrowIfCancellationRequested();
                throw new TimeoutException($"{what} did not become as it should be within 30 s: {_last}");
            }
        }
    }

    private async Task FollowAsync()
    {
        try
        {
            using var call = new Operator.OperatorClient(_channel).WatchStatus(
                new WatchStatusRequest(), cancellationToken: _ending.Token);
            await foreach (var response in call.ResponseStream.ReadAllAsync(_ending.Token))
            {
                TaskCompletionSource changed;
                lock (_lock)
                {
                    _last = response.Status;
                    changed = _changed;
                    _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                }

                changed.SetResult();
            }
        }
        catch (Exception exception) when (exception is RpcException or OperationCanceledException)
        {
            // The test or the agent ends; who waits times out.
        }
    }
}
