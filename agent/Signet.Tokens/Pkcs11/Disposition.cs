namespace Signet.Tokens.Pkcs11;

/// <summary>What becomes of an operation whose native call did not return CKR_OK.</summary>
internal enum Disposition
{
    /// <summary>Once more on the same session, with the key looked up anew.</summary>
    RetryOnThisSession,

    /// <summary>Once more on a new session; where that fails too, as <see cref="ReinitialiseAndLock"/>.</summary>
    RetryOnNewSession,

    /// <summary>The login or the token is lost: the module is initialised anew and the token is locked.</summary>
    ReinitialiseAndLock,

    /// <summary>This request can never succeed; others can.</summary>
    RefuseRequest,

    /// <summary>A person has to act on the token.</summary>
    OperatorNeeded,
}
