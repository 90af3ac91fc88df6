using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;
using Signet.Tokens.Host;

namespace Signet.Tokens.Pkcs11;

/// <summary>
/// The module, the slot and the sessions. The session of the first thread is the anchor: it stays open from login to
/// logout, since a token logs out when its last session closes (PKCS#11 version 2.40 base, section 5.6).
/// </summary>
/// <remarks>
/// Every member runs on a <see cref="NativeThreads"/> thread: <see cref="Sign"/> on the thread whose index it is given,
/// everything else exclusively.
/// </remarks>
/// <param name="options">The token.</param>
/// <param name="endProcess">
/// Ends this process at once and says why: the module may still be logged in, and only the end of the process is sure to
/// end that.
/// </param>
internal sealed class Pkcs11Connection(Pkcs11TokenOptions options, Action<string> endProcess)
{
    private const string StillLoggedIn =
        "The module is still logged in after its logout: it failed, or another program shares its login.";

    private readonly ISession?[] _sessions = new ISession?[options.Sessions];
    private readonly Dictionary<string, IObjectHandle>[] _handles =
        [.. Enumerable.Range(0, options.Sessions).Select(_ => new Dictionary<string, IObjectHandle>(StringComparer.Ordinal))];

    private IPkcs11Library? _library;
    private ISlot? _slot;

    // Nobody logged in: the token needs no PIN.
    private bool _withoutLogin;
    private bool _loggedInOnce;

    /// <summary>Looks for the token, and loads the module if that has not been done; null where it is not there.</summary>
    /// <exception cref="AmbiguousTokenException">More than one token matches.</exception>
    /// <exception cref="Pkcs11Exception">The module failed.</exception>
    /// <exception cref="UnmanagedException">The module cannot be loaded.</exception>
    public ITokenInfo? Find()
    {
        _library ??= Pkcs11Module.Load(options.ModulePath, options.InitArguments, singleThread: options.Sessions == 1);
        var found = TokenSelector.Find(_library, options);
        _slot = found?.Slot;
        return found?.Info;
    }

    /// <summary>Logs in and opens the sessions.</summary>
    /// <param name="pin">The PIN; null for the token's own pad.</param>
    /// <returns>How many sessions the token gave, 1 or more.</returns>
    /// <exception cref="Pkcs11Exception">The login failed; no session is open.</exception>
    public int LogIn(byte[]? pin)
    {
        DropSessions();
        try
        {
            var anchor = OpenSession();
            _sessions[0] = anchor;
            _withoutLogin = false;
            if (!IsPublic(anchor))
            {
                throw LoggedInAlready();
            }

            anchor.Login(CKU.CKU_USER, pin);
            _loggedInOnce = true;
            return OpenOthers();
        }
        catch (Exception exception) when (exception is SigningException or Pkcs11Exception)
        {
            DropSessions();
            throw exception is Pkcs11Exception
            {
                Method: "C_Login", RV: CKR.CKR_USER_ALREADY_LOGGED_IN or CKR.CKR_USER_ANOTHER_ALREADY_LOGGED_IN,
            } ? LoggedInAlready() : exception;
        }
    }

    /// <summary>Opens the sessions of a token that needs no PIN; nobody logs in.</summary>
    /// <returns>How many sessions the token gave, 1 or more.</returns>
    /// <exception cref="Pkcs11Exception">It failed; no session is open.</exception>
    public int OpenWithoutLogin()
    {
        DropSessions();
        try
        {
            _sessions[0] = OpenSession();
            _withoutLogin = true;
            return OpenOthers();
        }
        catch (Pkcs11Exception)
        {
            DropSessions();
            throw;
        }
    }

    /// <summary>
    /// Changes the user PIN (C_SetPIN in a public session, PKCS#11 2.40 base, section 5.5); nobody is logged in, before or
    /// after.
    /// </summary>
    /// <exception cref="Pkcs11Exception">It failed.</exception>
    public void ChangePin(byte[] pin, byte[] newPin)
    {
        var session = (_slot ?? throw new Pkcs11Exception("C_OpenSession", CKR.CKR_TOKEN_NOT_PRESENT)).OpenSession(SessionType.ReadWrite);
        try
        {
            session.SetPin(pin, newPin);
        }
        catch (Pkcs11Exception exception) when (exception is { Method: "C_SetPIN", RV: CKR.CKR_USER_NOT_LOGGED_IN })
        {
            // NSS wants a login first, and has not looked at the PIN yet: this is the first try of it, and the only one.
            try
            {
                session.Login(CKU.CKU_USER, pin);
                session.SetPin(pin, newPin);
            }
            finally
            {
                // The only session: the module is logged out with it, and where that cannot be seen the process ends.
                Close(session);
                ResetLoggedOut();
            }
        }
        finally
        {
            Close(session);
        }
    }

    /// <summary>
    /// Logs out and closes the sessions, and makes sure of it. Never throws: where the module fails, it is initialised
    /// again, and where that leaves the login in place, the process ends.
    /// </summary>
    public void LogOut()
    {
        try
        {
            if (_sessions[0] is { } anchor && !_withoutLogin)
            {
                anchor.Logout();
                DemandLoggedOut(anchor);
            }

            DropSessions();
        }
        catch (Pkcs11Exception)
        {
            ResetLoggedOut();
        }
    }

    /// <summary>Whether the token is still in its slot and its keys can be used: logged in, where it needs a login.</summary>
    /// <exception cref="Pkcs11Exception">It is not, or the module failed.</exception>
    public bool IsUsable() =>
        _slot is { } slot && _sessions[0] is { } anchor
        && slot.GetSlotInfo().SlotFlags.TokenPresent
        && (anchor.GetSessionInfo().State is CKS.CKS_RO_USER_FUNCTIONS or CKS.CKS_RW_USER_FUNCTIONS || _withoutLogin);

    /// <summary>The token's own description, read anew; null where no slot is known.</summary>
    /// <exception cref="Pkcs11Exception">The module failed.</exception>
    public ITokenInfo? ReadInfo() => _slot?.GetTokenInfo();

    /// <summary>As <see cref="ReadInfo"/>; null also where the module fails, of which the next look at the token says more.</summary>
    public ITokenInfo? TryReadInfo()
    {
        try
        {
            return ReadInfo();
        }
        catch (Pkcs11Exception)
        {
            return null;
        }
    }

    /// <summary>The keys that are used, each with what stands against using it; the token is logged in, or needs no login.</summary>
    /// <exception cref="Pkcs11Exception">The session failed.</exception>
    public List<TokenKey> ReadKeys(IEnumerable<KeySelector> selectors)
    {
        var slot = _slot ?? throw new Pkcs11Exception("C_OpenSession", CKR.CKR_TOKEN_NOT_PRESENT);
        var reader = new KeyReader(Anchor(), slot, proveAlways: _withoutLogin);
        return [.. selectors.DistinctBy(selector => selector.Reference).Select(reader.Read)];
    }

    /// <summary>Forgets where the keys are: they are read anew.</summary>
    public void ForgetHandles() => Array.ForEach(_handles, handles => handles.Clear());

    /// <summary>C_Finalize and unloading; the next <see cref="Find"/> loads the module again. Never throws.</summary>
    public void Reinitialise()
    {
        // C_Finalize closes what is open; closing the sessions of a token that is gone would only fail.
        ForgetSessions();
        _slot = null;
        try
        {
            _library?.Dispose();
        }
        catch (Exception exception) when (exception is Pkcs11Exception or UnmanagedException)
        {
            // Nothing is left of it to use.
        }

        _library = null;
    }

    /// <summary>
    /// As <see cref="Reinitialise"/>, for a module that was logged in: loads it again at once and ends the process where it
    /// still is, since C_Finalize can fail without a word.
    /// </summary>
    public void ResetLoggedOut()
    {
        Reinitialise();
        ISession? session = null;
        try
        {
            if (Find() is not null && !_withoutLogin)
            {
                session = OpenSession();
                DemandLoggedOut(session);
            }
        }
        catch (Exception exception) when (ModuleFailures.Includes(exception))
        {
            // It cannot be asked now. The next login asks before it sends a PIN.
        }
        finally
        {
            Close(session);
        }
    }

    /// <summary>Signs on a thread's own session.</summary>
    /// <param name="thread">Index of the thread.</param>
    /// <param name="key">The key.</param>
    /// <param name="digest">The digest, checked.</param>
    /// <param name="mechanism">The mechanism, checked.</param>
    /// <param name="pin">For a key that wants it at each use; null for any other.</param>
    /// <exception cref="LoginLostException">The token has to be locked.</exception>
    /// <exception cref="KeyPinRefusedException">The key did not take the PIN.</exception>
    /// <exception cref="SigningException">INVALID_REQUEST or TOKEN_FAILED.</exception>
    public byte[] Sign(int thread, TokenKey key, byte[] digest, SignatureMechanism mechanism, byte[]? pin)
    {
        var retriedOnSession = false;
        var renewed = false;
        while (true)
        {
            try
            {
                return SignOnce(thread, key, digest, mechanism, pin);
            }
            catch (Pkcs11Exception exception) when (
                exception.Method == "C_Login" && ReturnValues.DispositionOf(exception.RV) != Disposition.ReinitialiseAndLock)
            {
                throw new KeyPinRefusedException(exception.RV);
            }
            catch (Pkcs11Exception exception)
            {
                switch (ReturnValues.DispositionOf(exception.RV))
                {
                    case Disposition.RefuseRequest:
                        throw new SigningException(
                            ErrorReason.InvalidRequest,
                            $"The token refused to sign with key '{key.Label}' ({ReturnValues.Name(exception.RV)}). Check that the key may sign and knows {mechanism}.",
                            innerException: exception);
                    case Disposition.OperatorNeeded:
                        throw new SigningException(
                            ErrorReason.TokenFailed,
                            $"The token did not sign with key '{key.Label}' ({ReturnValues.Name(exception.RV)}). An operator has to look at the token.",
                            innerException: exception);
                    case Disposition.RetryOnThisSession when !retriedOnSession:
                        retriedOnSession = true;
                        _handles[thread].Clear();
                        break;
                    case Disposition.RetryOnThisSession or Disposition.RetryOnNewSession when !renewed:
                        renewed = true;
                        Renew(thread);
                        break;
                    default:
                        throw new LoginLostException(exception.RV, exception.Method);
                }
            }
        }
    }

    private byte[] SignOnce(int thread, TokenKey key, byte[] digest, SignatureMechanism mechanism, byte[]? pin)
    {
        var session = _sessions[thread] ?? throw new LoginLostException(CKR.CKR_SESSION_CLOSED, "C_Sign");
        if (!_handles[thread].TryGetValue(key.Reference, out var handle))
        {
            handle = new PrivateKeyFinder(new ObjectReader(session)).Find(key)
                ?? throw new LoginLostException(CKR.CKR_OBJECT_HANDLE_INVALID, "C_FindObjects");
            _handles[thread][key.Reference] = handle;
        }

        using var parameters = Mechanisms.Create(session.Factories, mechanism);
        var input = Mechanisms.Input(key, digest, mechanism);
        var signature = pin is null ? session.Sign(parameters, handle, input) : session.Sign(parameters, handle, pin, input);
        var expected = Mechanisms.SignatureBytes(key);
        return signature.Length == expected
            ? signature
            : throw new SigningException(
                ErrorReason.TokenFailed,
                $"The token made a signature of {signature.Length} bytes with key '{key.Label}' instead of {expected}.");
    }

    private void Renew(int thread)
    {
        try
        {
            // The new one first: closing the only session would log out.
            var old = _sessions[thread];
            _sessions[thread] = OpenSession();
            _handles[thread].Clear();
            Close(old);
        }
        catch (Pkcs11Exception exception)
        {
            throw new LoginLostException(exception.RV, exception.Method);
        }
    }

    private int OpenOthers()
    {
        var opened = 1;
        try
        {
            for (; opened < _sessions.Length; opened++)
            {
                _sessions[opened] = OpenSession();
            }
        }
        catch (Pkcs11Exception exception) when (exception.RV is CKR.CKR_SESSION_COUNT or CKR.CKR_DEVICE_MEMORY)
        {
            // The token has fewer sessions than the configuration allows; those it gave will do.
        }

        return opened;
    }

    private void DropSessions()
    {
        // The anchor last.
        for (var thread = _sessions.Length - 1; thread >= 0; thread--)
        {
            Close(_sessions[thread]);
        }

        ForgetSessions();
    }

    private void ForgetSessions()
    {
        Array.Clear(_sessions);
        ForgetHandles();
    }

    // Somebody's login has outlived its logout: nobody may sign with it, least of all without a PIN.
    private void DemandLoggedOut(ISession session)
    {
        if (!IsPublic(session))
        {
            endProcess(StillLoggedIn);
        }
    }

    private static bool IsPublic(ISession session) =>
        session.GetSessionInfo().State is CKS.CKS_RO_PUBLIC_SESSION or CKS.CKS_RW_PUBLIC_SESSION;

    // A login of ours that outlived its logout ends the process. Any other is not ours to use.
    private SigningException LoggedInAlready()
    {
        if (_loggedInOnce)
        {
            endProcess(StillLoggedIn);
        }

        return LoginErrors.LoggedInAlready(TryReadInfo() is { TokenFlags.LoginRequired: false });
    }

    private static void Close(ISession? session)
    {
        try
        {
            session?.Dispose();
        }
        catch (Pkcs11Exception)
        {
            // A session that cannot be closed is gone already.
        }
    }

    private ISession OpenSession() =>
        (_slot ?? throw new Pkcs11Exception("C_OpenSession", CKR.CKR_TOKEN_NOT_PRESENT)).OpenSession(SessionType.ReadOnly);

    private ISession Anchor() => _sessions[0] ?? throw new Pkcs11Exception("C_GetSessionInfo", CKR.CKR_SESSION_CLOSED);
}
