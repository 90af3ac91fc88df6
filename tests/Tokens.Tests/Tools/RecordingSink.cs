using System.Collections.Concurrent;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;

namespace Signet.Tokens.Tests.Tools;

/// <summary>A ledger in memory that a test can break and can hold up.</summary>
internal sealed class RecordingSink : ITokenEventSink
{
    private readonly ConcurrentQueue<TokenEvent> _events = new();

    public IReadOnlyList<TokenEvent> Events => [.. _events];

    public IEnumerable<TokenEventKind> Kinds => _events.Select(entry => entry.Kind);

    /// <summary>While set, nothing can be recorded.</summary>
    public bool Broken { get; set; }

    /// <summary>Recording waits for this.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    /// <summary>Called before an event is recorded.</summary>
    public Action<TokenEvent>? Recording { get; set; }

    public async Task RecordAsync(string tokenName, TokenEvent tokenEvent, CancellationToken cancellationToken)
    {
        Recording?.Invoke(tokenEvent);
        await Gate.WaitAsync(cancellationToken);
        if (Broken)
        {
            throw new SigningException(ErrorReason.LedgerUnavailable, "The ledger of this test is broken.");
        }

        _events.Enqueue(tokenEvent);
    }
}
