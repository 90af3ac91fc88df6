using Microsoft.Extensions.Logging;
using Signet.Protocol.V1;

namespace Signet.Tokens.Supervision;

/// <summary>
/// Writes a token's events down in order. One that could not be written is kept and goes before the next, so that a ledger
/// which was out of reach misses none.
/// </summary>
/// <remarks>Used by one thread at a time.</remarks>
internal sealed class EventRecorder(string tokenName, ITokenEventSink sink, ILogger logger)
{
    private const int MostKept = 10_000;

    private readonly Queue<TokenEvent> _pending = new();

    /// <summary>Records an event, and those before it that could not be.</summary>
    /// <param name="tokenEvent">What happened.</param>
    /// <param name="cancellationToken">Ends the wait; the event is kept.</param>
    /// <returns>Whether all of them are on disk.</returns>
    public async Task<bool> TryRecordAsync(TokenEvent tokenEvent, CancellationToken cancellationToken)
    {
        logger.LogInformation(
            "Token {Token}: {Event} {Account} {Detail}", tokenName, tokenEvent.Kind, tokenEvent.Account, tokenEvent.Detail);
        _pending.Enqueue(tokenEvent);
        if (_pending.Count > MostKept)
        {
            _pending.Dequeue();
        }

        try
        {
            while (_pending.TryPeek(out var next))
            {
                await sink.RecordAsync(tokenName, next, cancellationToken);
                _pending.Dequeue();
            }

            return true;
        }
#pragma warning disable CA1031 // Whatever kept it from being recorded, the token must be locked then.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            logger.LogError(exception, "Token {Token}: an event could not be recorded", tokenName);
            return false;
        }
    }
}
