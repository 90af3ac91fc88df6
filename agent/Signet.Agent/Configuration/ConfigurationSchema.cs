using Signet.Agent.Configuration.Reading;

namespace Signet.Agent.Configuration;

/// <summary>Every section with every key. A test holds docs/configuration.md against this list.</summary>
internal static class ConfigurationSchema
{
    /// <summary>The top of the file.</summary>
    public static readonly SectionSchema Root = new(
        "signet.yaml",
        "listen", "directories", "controllers", "credentials", "tokens", "keys", "timestamps", "profiles", "grants", "operators",
        "operatorsGroup", "uploads", "notify");

    /// <summary>Where controllers connect to.</summary>
    public static readonly SectionSchema Listen = new("listen", "address", "certificate", "key", "connections");

    /// <summary>What the network port bears.</summary>
    public static readonly SectionSchema Connections = new(
        "listen.connections", "all", "perAddress", "handshakes", "handshakesPerAddress", "handshakeTimeout", "idleTimeout");

    /// <summary>Where the agent keeps things.</summary>
    public static readonly SectionSchema Directories = new("directories", "state", "run", "log");

    /// <summary>A Jenkins server.</summary>
    public static readonly SectionSchema Controller = new("controllers", "name", "certificate");

    /// <summary>A named secret.</summary>
    public static readonly SectionSchema Credential = new("credentials", "name", "secret");

    /// <summary>A PKCS#11 token.</summary>
    public static readonly SectionSchema Token = new(
        "tokens", "name", "module", "token", "unlock", "sessions", "deadline", "queue", "lockAfter", "initArgs", "environment");

    /// <summary>When an unlocked token locks by itself.</summary>
    public static readonly SectionSchema LockAfter = new("tokens.lockAfter", "time", "signatures");

    /// <summary>How the token is found in its module.</summary>
    public static readonly SectionSchema TokenSelector = new("tokens.token", "label", "serial", "slot");

    /// <summary>A key.</summary>
    public static readonly SectionSchema Key = new("keys", "name", "token", "label", "id", "pfx", "certificate", "padding", "openpgp");

    /// <summary>What a key is as an OpenPGP key.</summary>
    public static readonly SectionSchema KeyOpenPgp = new("keys.openpgp", "userId", "created");

    /// <summary>A group of timestamp servers.</summary>
    public static readonly SectionSchema Timestamp = new(
        "timestamps", "name", "servers", "roots", "timeout", "attempts", "proxy");

    /// <summary>What a signature is made with.</summary>
    public static readonly SectionSchema Profile = new(
        "profiles", "name", "key", "hardware", "login", "formats", "recurse", "timestamp", "approvals", "limits");

    /// <summary>Who has to approve.</summary>
    public static readonly SectionSchema Approvals = new("profiles.approvals", "required", "from", "excludeStarter");

    /// <summary>Limits of a profile.</summary>
    public static readonly SectionSchema Limits = new(
        "profiles.limits", "files", "fileSize", "perHour", "approvalWindow", "signingWindow");

    /// <summary>Controller, jobs and credential, and the profiles that they may use.</summary>
    public static readonly SectionSchema Grant = new("grants", "controller", "jobs", "credential", "profiles", "scm", "branch", "definition");

    /// <summary>How slow and how long an upload may be.</summary>
    public static readonly SectionSchema Uploads = new("uploads", "leastRate", "measured", "longest");

    /// <summary>The program that is told of requests.</summary>
    public static readonly SectionSchema Notify = new("notify", "command", "states", "timeout");

    /// <summary>All sections in the order of the documentation.</summary>
    public static IReadOnlyList<SectionSchema> All =>
        [
            Root, Listen, Connections, Directories, Controller, Credential, Token, TokenSelector, LockAfter, Key, KeyOpenPgp, Timestamp,
            Profile, Approvals, Limits, Grant, Uploads, Notify,
        ];
}
