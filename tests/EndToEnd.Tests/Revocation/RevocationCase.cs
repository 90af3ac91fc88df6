using System.Text.RegularExpressions;
using Signet.Protocol.V1;
using Signet.Testing.Agent;

namespace Signet.EndToEnd.Tests.Revocation;

/// <summary>A change of the configuration that takes a right away.</summary>
/// <param name="Name">What is taken.</param>
/// <param name="Reason">What the call ends with.</param>
/// <param name="Refusal">The refusal in the ledger; null where the file's failure alone is recorded.</param>
public sealed partial record RevocationCase(string Name, ErrorReason Reason, string? Refusal)
{
    /// <summary>A profile that is granted too, so that a configuration without the first one has something.</summary>
    public const string OtherProfile = "other";

    /// <summary>The configuration before.</summary>
    public static AgentOptions Granted { get; } = new()
    {
        Profiles = [new() { Timestamped = false }, new() { Name = OtherProfile, Timestamped = false }],
        Grants = [new() { Profiles = [Names.Profile, OtherProfile] }],
    };

    /// <summary>Every case.</summary>
    public static IReadOnlyList<RevocationCase> All { get; } =
    [
        new("Grant", ErrorReason.NotGranted, "not-granted") { Options = Granted with { Grants = [new() { Jobs = [Names.OtherJob] }] } },
        new("GrantOfTheProfile", ErrorReason.NotGranted, "not-granted") { Options = Granted with { Grants = [new() { Profiles = [OtherProfile] }] } },
        new("GrantThatDemandsNothing", ErrorReason.NotGranted, "build-not-granted")
        {
            Options = Granted with { Grants = [new() { More = ", branch: [main]" }] },
        },
        new("Profile", ErrorReason.NotGranted, "unknown-profile")
        {
            Options = Granted with { Profiles = [Granted.Profiles[1]], Grants = [new() { Profiles = [OtherProfile] }] },
        },
        new("Pin", ErrorReason.Unauthenticated, "unknown-certificate")
        {
            Edit = (yaml, files) => yaml.Replace(files.Tls.Controller.Pin, files.Tls.Stranger.Pin, StringComparison.Ordinal),
        },
        new("PinOfTheController", ErrorReason.UnknownRequest, "unknown-request")
        {
            Edit = (yaml, _) => yaml.Replace("\"main\"", "\"second\"", StringComparison.Ordinal)
                .Replace("controller: main", "controller: second", StringComparison.Ordinal),
        },
        new("Secret", ErrorReason.Unauthenticated, "wrong-secret") { Edit = (yaml, _) => OtherSalt().Replace(yaml, "$1AAAA") },
        new("Credential", ErrorReason.Unauthenticated, "unknown-credential")
        {
            Edit = (yaml, _) => yaml.Replace(Names.Credential, "renamed-signer", StringComparison.Ordinal),
        },
        new("Approvals", ErrorReason.NotApproved, null) { Options = WithProfile(new() { Timestamped = false, Approvals = 1 }) },
        new("FileSize", ErrorReason.LimitExceeded, null) { Options = WithProfile(new() { Timestamped = false, Limits = "{ fileSize: 1KB }" }) },
    ];

    /// <summary>The configuration after; null for <see cref="Edit"/>.</summary>
    private AgentOptions? Options { get; init; }

    /// <summary>Changes the text of the configuration; null for <see cref="Options"/>.</summary>
    private Func<string, NodeFiles, string>? Edit { get; init; }

    /// <summary>The configuration before with another first profile.</summary>
    public static AgentOptions WithProfile(ProfileOptions profile) => Granted with { Profiles = [profile, Granted.Profiles[1]] };

    /// <summary>Writes the configuration after.</summary>
    public void Write(AgentEnvironment node)
    {
        node.WriteConfiguration(Options ?? Granted);
        if (Edit is not null)
        {
            var path = node.Files.Configuration;
            File.WriteAllText(path, Edit(File.ReadAllText(path), node.Files));
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    // With another salt the hash is that of another secret.
    [GeneratedRegex(@"(\$argon2id\$[^$]+\$[^$]+\$)....")]
    private static partial Regex OtherSalt();
}
