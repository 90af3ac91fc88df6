namespace Signet.Testing.Agent;

/// <summary>What a test's signing node looks like; the default has one key, one profile and one granted job.</summary>
public sealed record AgentOptions
{
    public IReadOnlyList<KeyOptions> Keys { get; init; } = [new()];

    public IReadOnlyList<ProfileOptions> Profiles { get; init; } = [new()];

    public IReadOnlyList<GrantOptions> Grants { get; init; } = [new()];

    /// <summary>Names of credentials; each gets a secret of its own.</summary>
    public IReadOnlyList<string> Credentials { get; init; } = [Names.Credential];

    /// <summary>Operators; null for the account that runs the test.</summary>
    public IReadOnlyList<string>? Operators { get; init; }

    /// <summary>The tokens that hold the keys which lie in no PFX file.</summary>
    public IReadOnlyList<TokenOptions> Tokens { get; init; } = [new()];

    /// <summary>Whether the roots of signers and timestamps have RSA keys, for formats that take no other certificates.</summary>
    public bool RsaRoots { get; init; }

    /// <summary>Sessions of each token.</summary>
    public int Sessions { get; init; } = 2;

    /// <summary>More sections of signet.yaml, as they are written there; empty for none.</summary>
    public string More { get; init; } = string.Empty;

    /// <summary>What the network port bears, as signet.yaml writes it, for instance { perAddress: 2 }; null for the agent's defaults.</summary>
    public string? Connections { get; init; }

    /// <summary>Longest native call, as signet.yaml writes it; null for the agent's default.</summary>
    public string? TokenDeadline { get; init; }
}

/// <summary>A SoftHSM token.</summary>
public sealed record TokenOptions
{
    public string Name { get; init; } = Names.Token;

    /// <summary>Its label in CK_TOKEN_INFO.</summary>
    public string Label { get; init; } = Names.TokenLabel;

    /// <summary>Whether it is reached by the module that does what a script tells it.</summary>
    public bool Faulty { get; init; }

    /// <summary>The module of a token that is there already; null for a SoftHSM token that is made.</summary>
    public string? Module { get; init; }

    /// <summary>PIN of a token that is there already.</summary>
    public string Pin { get; init; } = string.Empty;

    /// <summary>How it is unlocked, as signet.yaml writes it.</summary>
    public string Unlock { get; init; } = "pin";

    /// <summary>More keys of its entry in signet.yaml, each behind a comma; empty for none.</summary>
    public string More { get; init; } = string.Empty;
}

/// <summary>Names that the default node uses.</summary>
public static class Names
{
    public const string Controller = "main";
    public const string Credential = "release-signer";
    public const string Token = "card";
    public const string TokenLabel = "Release";
    public const string Key = "release";
    public const string Profile = "release";

    /// <summary>A job that may use the profile.</summary>
    public const string Job = "products/app/main";

    /// <summary>A job that may use nothing.</summary>
    public const string OtherJob = "sandbox/app/main";
}

/// <summary>A key with its certificate.</summary>
public sealed record KeyOptions
{
    /// <summary>Its name in signet.yaml and its label on the token.</summary>
    public string Name { get; init; } = Names.Key;

    /// <summary>Its label on the token; null for its name.</summary>
    public string? Label { get; init; }

    /// <summary>Its public half on a token that is there already; null for a key that is made.</summary>
    public System.Security.Cryptography.X509Certificates.PublicKey? PublicKey { get; init; }

    /// <summary>The token that holds it.</summary>
    public string Token { get; init; } = Names.Token;

    /// <summary>Whether the token wants the PIN at each use (CKA_ALWAYS_AUTHENTICATE).</summary>
    public bool AlwaysAuthenticate { get; init; }

    /// <summary>As pkcs11-tool names it: rsa:3072, rsa:4096, EC:prime256v1, EC:secp384r1, EC:secp521r1.</summary>
    public string Type { get; init; } = "EC:prime256v1";

    /// <summary>Whether the key can leave the token.</summary>
    public bool Extractable { get; init; }

    /// <summary>Whether it lies in a PFX file (RSA-3072) instead of on the token.</summary>
    public bool Pfx { get; init; }

    /// <summary>More keys of its entry in signet.yaml, each behind a comma; empty for none.</summary>
    public string More { get; init; } = string.Empty;

    /// <summary>When its certificate starts to be valid, counted from now.</summary>
    public TimeSpan ValidFrom { get; init; } = TimeSpan.FromDays(-1);

    /// <summary>When its certificate expires, counted from now.</summary>
    public TimeSpan ValidUntil { get; init; } = TimeSpan.FromDays(30);
}

/// <summary>A profile.</summary>
public sealed record ProfileOptions
{
    public string Name { get; init; } = Names.Profile;

    public string Key { get; init; } = Names.Key;

    public bool HardwareRequired { get; init; } = true;

    public IReadOnlyList<string> Formats { get; init; } = ["pe"];

    public bool Timestamped { get; init; } = true;

    /// <summary>Whether it signs what is inside of containers.</summary>
    public bool Recurse { get; init; }

    /// <summary>How many of the operators have to approve; 0 for an automatic profile.</summary>
    public int Approvals { get; init; }

    /// <summary>More keys of its "approvals" in signet.yaml, each behind a comma; empty for none.</summary>
    public string MoreApprovals { get; init; } = string.Empty;

    /// <summary>Who may approve; null for every operator.</summary>
    public IReadOnlyList<string>? Approvers { get; init; }

    /// <summary>Limits as signet.yaml writes them, for instance { files: 2, fileSize: 1MB }; null for the agent's own.</summary>
    public string? Limits { get; init; }
}

/// <summary>A grant to the one controller.</summary>
public sealed record GrantOptions
{
    public IReadOnlyList<string> Jobs { get; init; } = [Names.Job];

    public string Credential { get; init; } = Names.Credential;

    public IReadOnlyList<string> Profiles { get; init; } = [Names.Profile];

    /// <summary>More keys of its entry in signet.yaml, each behind a comma; empty for none.</summary>
    public string More { get; init; } = string.Empty;
}
