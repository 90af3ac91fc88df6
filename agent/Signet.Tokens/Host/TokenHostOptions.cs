using Signet.Protocol.V1;

namespace Signet.Tokens.Host;

/// <summary>What a token host serves and to whom. Holds no secret.</summary>
public sealed record TokenHostOptions
{
    /// <summary>Name of the token in the configuration; for a PFX file, the name of its key.</summary>
    public required string Name { get; init; }

    /// <summary>Absolute path of the Unix socket to serve, at most 107 bytes; on Windows it names the pipe.</summary>
    public required string SocketPath { get; init; }

    /// <summary>
    /// Id of the agent's process, the only one that may ask for signatures; other processes of its account may not, where
    /// the system tells who calls. The agent sets it when it hands the options over.
    /// </summary>
    public int AgentProcessId { get; init; }

    /// <summary>The PKCS#11 token; null where <see cref="Pfx"/> is set.</summary>
    public Pkcs11TokenOptions? Pkcs11 { get; init; }

    /// <summary>The PFX file; null where <see cref="Pkcs11"/> is set.</summary>
    public PfxTokenOptions? Pfx { get; init; }

    /// <summary>Accounts that may unlock and lock. Root is not among them unless it is named. The agent may change them.</summary>
    public required IReadOnlyList<string> Operators { get; init; }

    /// <summary>
    /// The private keys that will be used. One that is missing, or that is there more than once, cannot be used and keeps no
    /// other from it. No other key of the token is looked at. Not used for a PFX file, whose key has the label
    /// <see cref="Name"/>. The agent may change them, also while the token is unlocked.
    /// </summary>
    public IReadOnlyList<KeySelector> Keys { get; init; } = [];

    /// <summary>
    /// Longest time for one operation on the token, more than zero. Past it the module is taken for hung, and the host
    /// ends itself.
    /// </summary>
    public TimeSpan CallDeadline { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest time for an operator to type a PIN on the token's own pad.</summary>
    public TimeSpan PinPadDeadline { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>Absolute path of the directory for the token's quorum; not used unless it is unlocked by one.</summary>
    public string QuorumDirectory { get; init; } = string.Empty;

    /// <summary>
    /// Absolute path of the file that says that operators locked a token which needs no PIN; not used for any other.
    /// </summary>
    public string HoldFile { get; init; } = string.Empty;

    /// <summary>Longest time that an unlock lasts; null for no limit. Not used for a PFX file.</summary>
    public TimeSpan? LockAfterTime { get; init; }

    /// <summary>Most signatures of one unlock, 1 or more; null for no limit. Not used for a PFX file.</summary>
    public int? LockAfterSignatures { get; init; }

    /// <summary>How often the host looks whether the token is still there and logged in.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Group whose accounts may connect to the socket, beside the agent's and root; null: every account may. Who may do what is
    /// decided by the caller's account all the same.
    /// </summary>
    public string? OperatorsGroup { get; init; }
}

/// <summary>A PKCS#11 token and how to find it: by label, serial number and slot, of which at least one is given.</summary>
public sealed record Pkcs11TokenOptions
{
    /// <summary>Absolute path of the PKCS#11 module.</summary>
    public required string ModulePath { get; init; }

    /// <summary>
    /// What the module gets with C_Initialize (<c>pReserved</c> of CK_C_INITIALIZE_ARGS), for those that are configured so,
    /// such as NSS; null for nothing.
    /// </summary>
    public string? InitArguments { get; init; }

    /// <summary>Label of the token (CK_TOKEN_INFO), without its padding.</summary>
    public string? Label { get; init; }

    /// <summary>Serial number of the token (CK_TOKEN_INFO), without its padding.</summary>
    public string? Serial { get; init; }

    /// <summary>Id of the slot that the token is in.</summary>
    public ulong? Slot { get; init; }

    /// <summary>Most sessions at once, 1 to 64.</summary>
    public int Sessions { get; init; } = 1;

    /// <summary>Most signatures that may wait for a session, 1 or more.</summary>
    public int Queue { get; init; } = 1000;

    /// <summary>How the configuration says that the token is unlocked.</summary>
    public UnlockMethod UnlockMethod { get; init; } = UnlockMethod.Pin;
}

/// <summary>A PFX (PKCS#12) file with one private key.</summary>
public sealed record PfxTokenOptions
{
    /// <summary>Absolute path of the file.</summary>
    public required string Path { get; init; }

    /// <summary>Most signatures that may wait, 1 or more.</summary>
    public int Queue { get; init; } = 1000;
}
