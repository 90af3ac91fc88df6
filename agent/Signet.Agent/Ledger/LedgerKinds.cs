namespace Signet.Agent.Ledger;

/// <summary>The kinds of ledger records. docs/ledger.md says which fields each has. A name is never reused.</summary>
internal static class LedgerKinds
{
    public const string AgentStarted = "agent-started";
    public const string AgentStopped = "agent-stopped";
    public const string ConfigurationLoaded = "configuration-loaded";
    public const string ConfigurationRefused = "configuration-refused";

    /// <summary>A call that was refused before it had an effect: certificate, credential, grant, limit, manifest.</summary>
    public const string AccessRefused = "access-refused";

    /// <summary>A call on the operator socket or token socket by an account that may not.</summary>
    public const string OperatorRefused = "operator-refused";

    public const string RequestCreated = "request-created";
    public const string RequestApproved = "request-approved";
    public const string RequestDenied = "request-denied";
    public const string RequestCompleted = "request-completed";
    public const string RequestCancelled = "request-cancelled";
    public const string RequestExpired = "request-expired";
    public const string RequestFailed = "request-failed";

    /// <summary>A signature. Fields: requestId, controller, job, build, credential, profile, key, file, hashes, ...</summary>
    public const string FileSigned = "file-signed";

    /// <summary>A file of an approved request that got no signature.</summary>
    public const string FileFailed = "file-failed";

    public const string TokenUnlocked = "token-unlocked";
    public const string TokenUnlockFailed = "token-unlock-failed";
    public const string TokenLocked = "token-locked";
    /// <summary>An operator had the agent lock tokens; each lock has its own record besides.</summary>
    public const string TokenLockRequested = "token-lock-requested";

    public const string TokenChanged = "token-changed";

    /// <summary>An operator typed the PIN of a key that wants it at each use, for one request.</summary>
    public const string KeyPinGiven = "key-pin-given";

    /// <summary>An operator had a key sign its own OpenPGP public key.</summary>
    public const string OpenPgpKeyExported = "openpgp-key-exported";

    public const string OperatorEnrolled = "operator-enrolled";

    /// <summary>A quorum was made or changed, or a ceremony failed.</summary>
    public const string QuorumChanged = "quorum-changed";

    /// <summary>An operator gave a share, one was refused, or shares waited too long.</summary>
    public const string QuorumShare = "quorum-share";
}
