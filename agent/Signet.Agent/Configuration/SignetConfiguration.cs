using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace Signet.Agent.Configuration;

/// <summary>The whole of <c>signet.yaml</c>, checked. Immutable; a reload makes a new one.</summary>
internal sealed record SignetConfiguration
{
    /// <summary>Where controllers connect to.</summary>
    public required ListenConfiguration Listen { get; init; }

    /// <summary>Where the agent keeps its state and its sockets.</summary>
    public required DirectoryConfiguration Directories { get; init; }

    /// <summary>Jenkins servers that may connect.</summary>
    public required IReadOnlyList<ControllerConfiguration> Controllers { get; init; }

    /// <summary>Named secrets that jobs hold in Jenkins.</summary>
    public required IReadOnlyList<CredentialConfiguration> Credentials { get; init; }

    /// <summary>PKCS#11 tokens.</summary>
    public required IReadOnlyList<TokenConfiguration> Tokens { get; init; }

    /// <summary>Keys on tokens and in PFX files.</summary>
    public required IReadOnlyList<KeyConfiguration> Keys { get; init; }

    /// <summary>Groups of timestamp servers.</summary>
    public required IReadOnlyList<TimestampConfiguration> Timestamps { get; init; }

    /// <summary>What signatures are made with.</summary>
    public required IReadOnlyList<ProfileConfiguration> Profiles { get; init; }

    /// <summary>Who may use which profile.</summary>
    public required IReadOnlyList<GrantConfiguration> Grants { get; init; }

    /// <summary>Operating-system accounts of the operators.</summary>
    public required IReadOnlyList<string> Operators { get; init; }

    /// <summary>How slow and how long an upload may be.</summary>
    public UploadConfiguration Uploads { get; init; } = new();

    /// <summary>Group whose accounts may connect to the local sockets; null: every account may.</summary>
    public string? OperatorsGroup { get; init; }

    /// <summary>The program that is told of requests; null for none.</summary>
    public NotifyConfiguration? Notify { get; init; }

    /// <summary>SHA-256 of the file, 32 bytes.</summary>
    public required byte[] Sha256 { get; init; }
}

/// <summary>Where controllers connect to.</summary>
/// <param name="Address">Address and port.</param>
/// <param name="CertificateFile">PEM file: the server's certificate, then its issuers.</param>
/// <param name="KeyFile">PEM file: the server's private key.</param>
internal sealed record ListenConfiguration(IPEndPoint Address, string CertificateFile, string KeyFile)
{
    /// <summary>SHA-256 of the server's certificate as it was read, in hexadecimal: a renewed one needs a restart.</summary>
    public string CertificateSha256 { get; init; } = string.Empty;

    /// <summary>What the port bears.</summary>
    public ConnectionLimits Connections { get; init; } = new();
}

/// <summary>Where the agent keeps things.</summary>
/// <param name="State">Store, ledger key, spool. Default /var/lib/signet.</param>
/// <param name="Run">Local sockets. Default /run/signet.</param>
/// <param name="Log">Log files. Default /var/log/signet.</param>
internal sealed record DirectoryConfiguration(string State, string Run, string Log)
{
    /// <summary>The system's usual places: below /var and /run, on Windows below ProgramData.</summary>
    public static DirectoryConfiguration Default
    {
        get
        {
            if (!OperatingSystem.IsWindows())
            {
                return new DirectoryConfiguration("/var/lib/signet", "/run/signet", "/var/log/signet");
            }

            var root = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.CommonApplicationData), "Signet");
            return new DirectoryConfiguration(
                Path.Combine(root, "state"), Path.Combine(root, "run"), Path.Combine(root, "log"));
        }
    }
}

/// <summary>A Jenkins server.</summary>
/// <param name="Name">Its name here.</param>
/// <param name="CertificateSha256">Pinned client certificates: SHA-256 of the DER form, 32 bytes each.</param>
internal sealed record ControllerConfiguration(string Name, IReadOnlyList<byte[]> CertificateSha256);

/// <summary>A named secret.</summary>
/// <param name="Name">Its name; no colon (RFC 7617 section 2).</param>
/// <param name="SecretHash">Argon2id hash in PHC string form.</param>
internal sealed record CredentialConfiguration(string Name, string SecretHash);

/// <summary>A PKCS#11 token.</summary>
internal sealed record TokenConfiguration
{
    /// <summary>Its name here.</summary>
    public required string Name { get; init; }

    /// <summary>Absolute path of the PKCS#11 module.</summary>
    public required string Module { get; init; }

    /// <summary>What the module gets with C_Initialize; null for nothing.</summary>
    public string? InitArguments { get; init; }

    /// <summary>Environment variables of the token's host, beside those that every host has.</summary>
    public ModuleEnvironment Environment { get; init; } = ModuleEnvironment.Empty;

    /// <summary>Label of the token; null where it does not matter.</summary>
    public string? Label { get; init; }

    /// <summary>Serial number of the token; null where it does not matter.</summary>
    public string? Serial { get; init; }

    /// <summary>Slot id; null where it does not matter.</summary>
    public ulong? Slot { get; init; }

    /// <summary>How it is unlocked.</summary>
    public UnlockKind Unlock { get; init; } = UnlockKind.Pin;

    /// <summary>Most sessions at once, 1 to 64. 1 for smartcards.</summary>
    public int Sessions { get; init; } = 1;

    /// <summary>Longest time for one native call before the host is killed. 1 s to 10 min; default 30 s.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Most signatures that may wait for a session, 1 to 100,000.</summary>
    public int Queue { get; init; } = 1000;

    /// <summary>Longest time that an unlock lasts, 1 s to 30 d; null for no limit.</summary>
    public TimeSpan? LockAfterTime { get; init; }

    /// <summary>Most signatures of one unlock, 1 to 1,000,000,000; null for no limit.</summary>
    public int? LockAfterSignatures { get; init; }
}

/// <summary>How a token is unlocked.</summary>
internal enum UnlockKind
{
    /// <summary>An operator types the PIN.</summary>
    Pin,

    /// <summary>An operator types the PIN on the token's own pad.</summary>
    Pinpad,

    /// <summary>Several operators together (signet quorum).</summary>
    Quorum,

    /// <summary>The token needs no PIN, and is ready by itself.</summary>
    None,

    /// <summary>The token needs no PIN, and is ready once an operator says so.</summary>
    Operator,
}

/// <summary>A key: on a token, or in a PFX file.</summary>
internal sealed record KeyConfiguration
{
    /// <summary>Its name here.</summary>
    public required string Name { get; init; }

    /// <summary>Name of its token; null for a PFX file.</summary>
    public string? Token { get; init; }

    /// <summary>CKA_LABEL of the private key; null for a PFX file, and where the id alone decides.</summary>
    public string? Label { get; init; }

    /// <summary>CKA_ID of the private key, hexadecimal and in lower case; null where the label alone decides.</summary>
    public string? Id { get; init; }

    /// <summary>Path of the PFX file; null for a key on a token.</summary>
    public string? Pfx { get; init; }

    /// <summary>
    /// PEM or DER file with the signing certificate first and its issuers behind; null where the token or the PFX file
    /// holds them.
    /// </summary>
    public string? CertificateFile { get; init; }

    /// <summary>What <see cref="CertificateFile"/> holds; empty where it is null.</summary>
    public IReadOnlyList<X509Certificate2> CertificateChain { get; init; } = [];

    /// <summary>Whether an RSA key signs with PSS (RFC 8017 section 8.1) instead of PKCS#1 v1.5.</summary>
    public bool Pss { get; init; }

    /// <summary>What it is as an OpenPGP key; null for a key that is none.</summary>
    public Formats.OpenPgpIdentity? OpenPgp { get; init; }

    /// <summary>The token that holds it: <see cref="Token"/>, or for a PFX file the key's own name.</summary>
    public string TokenName => Token ?? Name;
}

/// <summary>A group of timestamp servers, tried in order.</summary>
internal sealed record TimestampConfiguration
{
    /// <summary>Its name here.</summary>
    public required string Name { get; init; }

    /// <summary>http or https addresses.</summary>
    public required IReadOnlyList<Uri> Servers { get; init; }

    /// <summary>Roots that the servers' certificates must chain to; null for the operating system's.</summary>
    public IReadOnlyList<X509Certificate2>? Roots { get; init; }

    /// <summary>Longest time for one answer, 1 s to 5 min.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How often each server is tried before the next one, 1 to 10.</summary>
    public int Attempts { get; init; } = 3;

    /// <summary>HTTP proxy to go through; null to connect directly. The environment's proxy settings are not used.</summary>
    public Uri? Proxy { get; init; }
}

/// <summary>What a signature is made with.</summary>
internal sealed record ProfileConfiguration
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Name of its key.</summary>
    public required string Key { get; init; }

    /// <summary>Whether only a key that was made on a token and can never leave it may be used.</summary>
    public bool HardwareRequired { get; init; }

    /// <summary>Whether only a token that wants a PIN, a pad or a quorum before its keys sign is good enough.</summary>
    public bool LoginRequired { get; init; }

    /// <summary>Names of the file formats that may be signed.</summary>
    public required IReadOnlyList<string> Formats { get; init; }

    /// <summary>Whether the files inside of containers are signed too, before the container is.</summary>
    public bool Recurse { get; init; }

    /// <summary>Name of the group of timestamp servers; null for no timestamp.</summary>
    public string? Timestamp { get; init; }

    /// <summary>Approvals; null for an automatic profile.</summary>
    public ApprovalConfiguration? Approvals { get; init; }

    /// <summary>Its limits.</summary>
    public LimitConfiguration Limits { get; init; } = new();
}

/// <summary>Who has to approve.</summary>
/// <param name="Required">How many distinct operators, 1 or more.</param>
/// <param name="From">Which operators may.</param>
/// <param name="ExcludeStarter">Whether an operator whose account started the build may not.</param>
internal sealed record ApprovalConfiguration(int Required, IReadOnlyList<string> From, bool ExcludeStarter);

/// <summary>How slow and how long an upload may be. The defaults are far from what an honest sender does.</summary>
internal sealed record UploadConfiguration
{
    /// <summary>Least bytes a second, 1 to 2^30, on average over <see cref="Measured"/>.</summary>
    public long LeastRateBytes { get; init; } = 1L << 10;

    /// <summary>Over how much waiting for the sender the rate is measured, 1 s to 1 h.</summary>
    public TimeSpan Measured { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Longest time from the first message to the last byte, 1 s to 30 d.</summary>
    public TimeSpan Longest { get; init; } = TimeSpan.FromHours(24);
}

/// <summary>The program that is told of requests.</summary>
/// <param name="Command">Absolute path of the program, then its arguments.</param>
/// <param name="States">In which states of a request it is told.</param>
/// <param name="Timeout">How long it may run, 1 s to 10 min, before it is killed.</param>
internal sealed record NotifyConfiguration(
    IReadOnlyList<string> Command, IReadOnlyList<Protocol.V1.RequestState> States, TimeSpan Timeout);

/// <summary>Limits of a profile.</summary>
internal sealed record LimitConfiguration
{
    /// <summary>Most files in one request, 1 to 100,000.</summary>
    public int Files { get; init; } = 1000;

    /// <summary>Largest file in bytes, 1 to 2^40.</summary>
    public long FileSizeBytes { get; init; } = 4L << 30;

    /// <summary>Most files signed in any 60 minutes; null for no limit.</summary>
    public int? PerHour { get; init; }

    /// <summary>How long a request waits for approvals before it expires.</summary>
    public TimeSpan ApprovalWindow { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How long after its approval a request can be signed.</summary>
    public TimeSpan SigningWindow { get; init; } = TimeSpan.FromHours(24);
}

/// <summary>Controller, jobs and credential together, and the profiles that they may use.</summary>
/// <param name="Controller">Name of the controller.</param>
/// <param name="Jobs">Patterns of full job names.</param>
/// <param name="Credential">Name of the credential.</param>
/// <param name="Profiles">Names of the profiles.</param>
internal sealed record GrantConfiguration(
    string Controller, IReadOnlyList<JobPattern> Jobs, string Credential, IReadOnlyList<string> Profiles)
{
    /// <summary>What it demands of the build besides.</summary>
    public BuildDemands Demands { get; init; } = BuildDemands.None;
}
