using Microsoft.Extensions.Logging;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;
using Signet.Tokens.Host;

namespace Signet.Tokens.Pkcs11;

/// <summary>
/// Makes a token that needs no PIN ready by itself, where the configuration says so, nobody locked it, and somebody records
/// it. No login is ever tried.
/// </summary>
/// <remarks>Runs exclusively on the first native thread.</remarks>
internal sealed class SelfUnlock(
    UnlockMethod method, Pkcs11Connection connection, TokenFeed feed, TokenPresence presence, OperatorHold hold, TimeProvider time,
    ILogger logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    private long? _notBefore;

    /// <summary>Waits a while before the next try: the agent has just locked the token, or a try failed.</summary>
    public void Postpone() => _notBefore = time.GetTimestamp() + (long)(Pause.TotalSeconds * time.TimestampFrequency);

    /// <summary>Makes the token ready if it may be now.</summary>
    /// <param name="unlock">Reads the keys and publishes that the token is ready.</param>
    public void TryNow(Action<UnlockAttempt> unlock)
    {
        var waits = feed.State == TokenState.Locked || (feed.State == TokenState.Failed && presence.Problem is not null);
        if (method != UnlockMethod.None || !waits || !feed.IsWatched || time.GetTimestamp() < _notBefore || hold.Holder is not null)
        {
            return;
        }

        try
        {
            unlock(new UnlockAttempt(string.Empty, Secret: null, AcceptFinalTry: false, WithoutPin: true));
        }
        catch (SigningException exception)
        {
            connection.LogOut();
            Postpone();
            var isNew = presence.Problem != exception.Message;
            presence.Problem = exception.Message;
            if (isNew)
            {
                logger.LogError(exception, "The token is not ready: {Detail}", exception.Message);
            }

            presence.Refresh(isNew ? TokenEventKind.UnlockFailed : TokenEventKind.Unspecified, string.Empty, isNew ? exception.Message : string.Empty);
        }
    }

    /// <summary>An operator locks the token: it is not ready by itself until an operator unlocks it.</summary>
    /// <exception cref="SigningException">TOKEN_FAILED: it is held in this process alone.</exception>
    public void Hold(string account)
    {
        if (method != UnlockMethod.None)
        {
            return;
        }

        try
        {
            presence.Problem = null;
            hold.Hold(account);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            logger.LogError(exception, "That {Account} locked the token could not be written", account);
            throw new SigningException(
                ErrorReason.TokenFailed,
                "The token is locked now. That could not be written to the state directory, so a restart of the agent would make it ready "
                + "again. Put the disk right and lock it once more.", innerException: exception);
        }
    }
}
