using Signet.Protocol.V1;

namespace Signet.Tokens;

/// <summary>
/// Where everything that happens to a token is written down before it has an effect: an unlock counts only once
/// <see cref="RecordAsync"/> has completed.
/// </summary>
public interface ITokenEventSink
{
    /// <summary>Puts the event on disk.</summary>
    /// <param name="tokenName">Name of the token in the configuration.</param>
    /// <param name="tokenEvent">What happened.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="Signet.Protocol.Errors.SigningException">LEDGER_UNAVAILABLE; the token is locked then.</exception>
    Task RecordAsync(string tokenName, TokenEvent tokenEvent, CancellationToken cancellationToken);
}
