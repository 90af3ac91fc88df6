using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;
using Signet.Tokens.Host;

namespace Signet.Tokens.Pkcs11;

/// <summary>One login, from the token's flags before it to the keys after it. Runs exclusively on the first native thread.</summary>
internal sealed class TokenLogin(
    string name, TokenHostSettings settings, Pkcs11TokenOptions token, Pkcs11Connection connection, TokenPresence presence, TokenFeed feed)
{
    /// <summary>Logs in and reads the keys; the secret is zeroed as soon as the token has it.</summary>
    /// <returns>The keys, the token's flags after the login, and how many sessions it gave.</returns>
    /// <exception cref="SigningException">Nobody is logged in.</exception>
    public (IReadOnlyList<TokenKey> Keys, ITokenInfo Info, int Sessions) LogIn(UnlockAttempt attempt)
    {
        if (presence.KeysMissing)
        {
            // A module that started beside another process may never see the keys; a fresh one does.
            connection.Reinitialise();
        }

        var info = FindOrThrow();
        CheckLoginAllowed(info, attempt);
        feed.Publish(status =>
        {
            TokenDescription.Apply(info, token, status);
            status.State = TokenState.Unlocking;
            status.Detail = attempt switch
            {
                { WithoutPin: true } => "Reading the keys.",
                { Secret: null } => "Type the PIN on the token's own pad.",
                _ => "Logging in.",
            };
        });
        int sessions;
        try
        {
            sessions = attempt.WithoutPin ? connection.OpenWithoutLogin() : connection.LogIn(attempt.Secret?.Bytes);
        }
        catch (Pkcs11Exception exception)
        {
            throw LoginErrors.Explain(exception);
        }
        finally
        {
            attempt.Secret?.Dispose();
        }

        try
        {
            var keys = ReadKeys();
            DemandUsableWithoutPin(attempt, keys);
            return (keys, connection.ReadInfo() ?? info, sessions);
        }
        catch (Pkcs11Exception exception) when (attempt.WithoutPin && exception.RV == CKR.CKR_USER_NOT_LOGGED_IN)
        {
            throw WantsPin(exception);
        }
        catch (Pkcs11Exception exception)
        {
            // A call that failed says nothing of the keys: the token is locked, as before.
            var before = attempt.WithoutPin ? "The" : "The PIN was right, but the";
            throw new SigningException(
                ErrorReason.TokenFailed,
                $"{before} keys could not be read ({exception.Method}: {ReturnValues.Name(exception.RV)}). Unlock again.",
                innerException: exception);
        }
    }

    /// <summary>The keys that are used, read anew while they can be used.</summary>
    /// <exception cref="Pkcs11Exception">The session failed.</exception>
    public IReadOnlyList<TokenKey> ReadKeys()
    {
        var keys = connection.ReadKeys(settings.Keys);
        presence.KeysMissing = keys.Any(key => key.Algorithm == KeyAlgorithm.Unspecified && key.Problem.Length > 0);
        return keys;
    }

    /// <summary>What the token says of its PIN.</summary>
    /// <exception cref="SigningException">TOKEN_ABSENT or TOKEN_FAILED.</exception>
    public TokenPinRules ReadPinRules()
    {
        var info = FindOrThrow();
        return new TokenPinRules(
            TokenSelector.Trim(info.SerialNumber), Length(info.MinPinLen) ?? 0, Length(info.MaxPinLen),
            info.TokenFlags.ProtectedAuthenticationPath);

        // 0 and CK_UNAVAILABLE_INFORMATION, which is ~0 in the module's CK_ULONG, are what tokens say that do not know
        // (PKCS#11 2.40 base, section 3.2).
        static int? Length(ulong said) => said is > 0 and <= ushort.MaxValue ? (int)said : null;
    }

    /// <summary>Logs in and out again, at a token at which nobody is logged in.</summary>
    /// <exception cref="SigningException">The token did not take the PIN.</exception>
    public void ProvePin(UnlockAttempt attempt)
    {
        CheckCounter(FindOrThrow(), attempt);
        try
        {
            connection.LogIn(attempt.Secret!.Bytes);
        }
        catch (Pkcs11Exception exception)
        {
            throw LoginErrors.Explain(exception);
        }
        finally
        {
            connection.LogOut();
        }
    }

    /// <summary>Changes the PIN of a token at which nobody is logged in.</summary>
    /// <exception cref="SigningException">INVALID_REQUEST where the PIN is unchanged for certain.</exception>
    public void ChangePin(UnlockAttempt attempt, byte[] newPin)
    {
        CheckCounter(FindOrThrow(), attempt);
        try
        {
            connection.ChangePin(attempt.Secret!.Bytes, newPin);
        }
        catch (Pkcs11Exception exception) when (exception.RV is CKR.CKR_PIN_INCORRECT or CKR.CKR_PIN_INVALID or CKR.CKR_PIN_LEN_RANGE)
        {
            throw LoginErrors.Explain(exception);
        }
        catch (Pkcs11Exception exception)
        {
            throw new SigningException(
                ErrorReason.TokenFailed,
                $"Changing the PIN failed ({exception.Method}: {ReturnValues.Name(exception.RV)}); it may have changed all the same.", innerException: exception);
        }
    }

    private ITokenInfo FindOrThrow()
    {
        try
        {
            return connection.Find() ?? throw new SigningException(
                ErrorReason.TokenAbsent, $"No token with {TokenSelector.Describe(token)} is there. Insert it and try again.");
        }
        catch (Exception exception) when (ModuleFailures.Includes(exception))
        {
            throw new SigningException(ErrorReason.TokenFailed, ModuleFailures.Explain(exception), innerException: exception);
        }
    }

    private void CheckLoginAllowed(ITokenInfo info, UnlockAttempt attempt)
    {
        var method = TokenDescription.MethodOf(info, token);
        var needsNone = method is UnlockMethod.None or UnlockMethod.Operator;
        if (needsNone != attempt.WithoutPin)
        {
            throw new SigningException(
                ErrorReason.InvalidRequest,
                needsNone
                    ? $"The configuration says that token '{name}' needs no PIN, so none was tried. Unlock it without one: signet unlock {name}"
                    : $"The configuration does not say that token '{name}' needs no PIN ('unlock: none' or 'unlock: operator').");
        }

        if (needsNone)
        {
            return;
        }

        CheckCounter(info, attempt);
        switch (method)
        {
            case UnlockMethod.Quorum when !attempt.FromQuorum:
                throw new SigningException(
                    ErrorReason.InvalidRequest,
                    $"Token '{name}' is unlocked by a quorum, not by a PIN. Each operator runs: signet unlock {name}");
            case UnlockMethod.PinPad when attempt.Secret is not null:
                throw new SigningException(
                    ErrorReason.InvalidRequest, "This token takes its PIN on its own pad. Unlock it without a PIN.");
            case UnlockMethod.Pin when attempt.Secret is null:
                throw new SigningException(ErrorReason.InvalidRequest, "This token has no PIN pad. Unlock it with a PIN.");
            default:
                break;
        }
    }

    private static void CheckCounter(ITokenInfo info, UnlockAttempt attempt)
    {
        if (info.TokenFlags.UserPinLocked)
        {
            throw new SigningException(
                ErrorReason.TokenFailed, "The token is blocked after too many wrong PINs. Its security officer unblocks it.");
        }

        if (info.TokenFlags.UserPinFinalTry && !attempt.AcceptFinalTry)
        {
            throw new SigningException(
                ErrorReason.InvalidRequest,
                "One more wrong PIN blocks the token, so no login was tried. Unlock it again and say that the final try is accepted.");
        }
    }

    // Some tokens say that they need no login, and show no private key without one.
    private void DemandUsableWithoutPin(UnlockAttempt attempt, IReadOnlyList<TokenKey> keys)
    {
        if (attempt.WithoutPin && keys.Count > 0 && keys.All(key => key.Problem.Length > 0) && settings.Keys.Count > 0)
        {
            throw new SigningException(
                ErrorReason.TokenFailed,
                $"No key of token '{name}' can be used without a PIN: {keys[0].Problem} If the token wants a PIN after all, say 'unlock: pin' for "
                + "it in the configuration.");
        }
    }

    private SigningException WantsPin(Pkcs11Exception exception) => new(
        ErrorReason.TokenFailed,
        $"Token '{name}' wants a PIN before its keys can be used ({exception.Method}: CKR_USER_NOT_LOGGED_IN), and the configuration says that it "
        + "needs none. Say 'unlock: pin' for it. No login was tried.", innerException: exception);
}
