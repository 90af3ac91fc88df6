using Net.Pkcs11Interop.HighLevelAPI;
using Signet.Protocol.V1;
using Signet.Tokens.Host;

namespace Signet.Tokens.Pkcs11;

/// <summary>Looks whether the token is there while nobody is logged in, and publishes what it finds.</summary>
/// <remarks>Runs exclusively on the first native thread, but for <see cref="LockedStatus"/>.</remarks>
internal sealed class TokenPresence(
    string name, Pkcs11TokenOptions token, Pkcs11Connection connection, TokenFeed feed, OperatorHold hold)
{
    // Modules such as SoftHSM read their slots at C_Initialize only.
    private const int PollsBetweenReloads = 4;

    private bool _searched;
    private bool _present;
    private int _pollsWithoutToken;

    /// <summary>Whether a configured key was missing when the keys were read last: the next login loads the module anew.</summary>
    public bool KeysMissing { get; set; }

    /// <summary>Why a token that needs no PIN is not ready; null where nothing is known against it.</summary>
    public string? Problem { get; set; }

    /// <summary>How far an unlock by a quorum has come; null while none has begun.</summary>
    public string? Progress { get; set; }

    /// <summary>Looks where the token is, and publishes what it is like while nobody is logged in.</summary>
    /// <param name="kind">The event that led here; unspecified for none.</param>
    /// <param name="account">Who caused it.</param>
    /// <param name="detail">What happened.</param>
    public void Refresh(TokenEventKind kind, string account, string detail)
    {
        if (feed.State == TokenState.Absent && ++_pollsWithoutToken % PollsBetweenReloads == 0)
        {
            connection.Reinitialise();
        }

        ITokenInfo? info;
        try
        {
            info = connection.Find();
        }
        catch (Exception exception) when (ModuleFailures.Includes(exception))
        {
            connection.Reinitialise();
            PublishWithout(TokenState.Failed, ModuleFailures.Explain(exception), kind, account, detail);
            return;
        }

        if (info is null)
        {
            var gone = $"No token with {TokenSelector.Describe(token)} is there. Insert it; then: signet unlock {name}";
            PublishWithout(TokenState.Absent, gone, kind, account, detail);
            return;
        }

        PublishPresent(info, kind, account, detail);
    }

    private void PublishWithout(TokenState state, string message, TokenEventKind kind, string account, string detail)
    {
        var before = feed.State;
        if (_present && state == TokenState.Absent && kind == TokenEventKind.Unspecified)
        {
            (kind, detail) = (TokenEventKind.Removed, "The token is gone.");
        }
        else if (state == TokenState.Failed && before != TokenState.Failed && kind == TokenEventKind.Unspecified)
        {
            (kind, detail) = (TokenEventKind.Failed, message);
        }

        _searched = true;
        _present &= state != TokenState.Absent;
        KeysMissing = false;
        Problem = null;
        feed.Publish(
            status =>
            {
                status.State = state;
                status.Detail = message;
            },
            kind,
            account,
            detail);
    }

    private void PublishPresent(ITokenInfo info, TokenEventKind kind, string account, string detail)
    {
        if (_searched && !_present && kind == TokenEventKind.Unspecified)
        {
            (kind, detail) = (TokenEventKind.Inserted, "The token is there.");
        }

        _searched = true;
        _present = true;
        _pollsWithoutToken = 0;
        var blocked = info.TokenFlags.UserPinLocked;
        feed.Publish(
            status =>
            {
                TokenDescription.Apply(info, token, status);
                (status.State, status.Detail) = blocked && status.UnlockMethod is not (UnlockMethod.None or UnlockMethod.Operator)
                    ? (TokenState.Blocked, "Too many wrong PINs were typed. The token's security officer unblocks it.")
                    : (Problem, Progress) switch
                    {
                        ({ } problem, _) => (TokenState.Failed, problem),
                        (_, { } progress) => (TokenState.Unlocking, progress),
                        _ => (TokenState.Locked, LockedDetail()),
                    };
            },
            kind,
            account,
            detail);
    }

    /// <summary>Publishes that the token is locked, for a token that was there a moment ago.</summary>
    public void PublishLocked(TokenEventKind kind, string account, string detail) => feed.Publish(
        status =>
        {
            status.State = TokenState.Locked;
            status.Detail = LockedDetail();
        },
        kind,
        account,
        detail);

    /// <summary>Publishes that the login is lost; the module has to be initialised again before anybody can unlock.</summary>
    public void PublishLost(string detail) => feed.Publish(
        status =>
        {
            status.State = TokenState.Failed;
            status.Detail = "The login was lost, and the token is looked for again.";
        },
        TokenEventKind.Locked,
        detail: detail);

    private string LockedDetail() => (token.UnlockMethod, hold.Holder) switch
    {
        (UnlockMethod.None, null) => "It needs no PIN, and is made ready by itself.",
        (UnlockMethod.None, { } holder) => $"{holder} {TokenMessages.Unlock(name)}",
        _ => TokenMessages.Unlock(name),
    };

    /// <summary>The state as it is for a request that came too late for its login.</summary>
    public TokenStatus LockedStatus()
    {
        var status = feed.Current;
        status.State = TokenState.Locked;
        status.Detail = TokenMessages.Unlock(name);
        return status;
    }
}
