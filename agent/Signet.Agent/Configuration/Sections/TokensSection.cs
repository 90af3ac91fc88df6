using System.Globalization;
using Signet.Agent.Configuration.Reading;
using Signet.Agent.Configuration.Yaml;

namespace Signet.Agent.Configuration.Sections;

/// <summary>Reads <c>tokens</c>.</summary>
internal static class TokensSection
{
    /// <summary>Reads the section.</summary>
    public static IReadOnlyList<TokenConfiguration> Read(SectionReader root, DirectoryConfiguration directories)
    {
        var tokens = new List<TokenConfiguration>();
        foreach (var section in root.Sections("tokens", ConfigurationSchema.Token))
        {
            var token = ReadToken(section, directories);
            CheckOtherTokens(section, token, tokens);
            tokens.Add(token);
        }

        return tokens;
    }

    private static TokenConfiguration ReadToken(SectionReader section, DirectoryConfiguration directories)
    {
        var name = section.DeclaredName("token");
        if (name.Length is > 0 and <= NameRule.MaxNameLength)
        {
            DirectoriesSection.CheckSocketPath(section.Find("name")!, name, directories.Run, section.Context.Issues);
        }

        var token = new TokenConfiguration
        {
            Name = name,
            Module = ReadModule(section),
            Unlock = ReadUnlock(section),
            InitArguments = ModuleArguments.ReadInitArguments(section),
            Environment = ModuleArguments.ReadEnvironment(section),
            Sessions = section.Integer("sessions", 1, 64, fallback: 1),
            Deadline = section.Duration(
                "deadline", TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10), fallback: TimeSpan.FromSeconds(30)),
            Queue = section.Integer("queue", 1, 100_000, fallback: 1000),
        };
        return ReadSelector(section, ReadLockAfter(section, token));
    }

    private static string ReadModule(SectionReader section)
    {
        if (section.Scalar("module", required: true) is not { } module)
        {
            return string.Empty;
        }

        var path = section.Context.FullPath(module.Value);
        ProgramFile.Check(
            module, path, $"there is no PKCS#11 module {Shown.Short(path, 200)}; install the token's driver or correct the path",
            section.Context.Issues);
        if (Path.GetFileName(path).StartsWith("pkcs11-spy", StringComparison.OrdinalIgnoreCase))
        {
            section.Context.Issues.Add(
                module, "pkcs11-spy writes every PIN in clear to its output; name the module behind it, and use the spy with test tokens alone");
        }

        return path;
    }

    private static UnlockKind ReadUnlock(SectionReader section)
    {
        switch (section.Choice("unlock", "pin", "pinpad", "quorum", "none", "operator"))
        {
            case "pinpad":
                return UnlockKind.Pinpad;
            case "quorum":
                return UnlockKind.Quorum;
            case "none":
                return UnlockKind.None;
            case "operator":
                return UnlockKind.Operator;
            default:
                return UnlockKind.Pin;
        }
    }

    private static TokenConfiguration ReadLockAfter(SectionReader section, TokenConfiguration token)
    {
        if (section.Section("lockAfter", ConfigurationSchema.LockAfter) is not { } limits)
        {
            return token;
        }

        if (token.Unlock == UnlockKind.None)
        {
            section.Context.Issues.Add(
                limits.Node, "'lockAfter' does nothing with 'unlock: none': the token would be ready again at once. Say 'unlock: operator'");
        }

        if (limits.Find("time") is null && limits.Find("signatures") is null)
        {
            section.Context.Issues.Add(limits.Node, "'lockAfter' needs time, signatures or both, for instance { time: 8h }");
        }

        return token with
        {
            LockAfterTime = limits.Find("time") is null
                ? null : limits.Duration("time", TimeSpan.FromSeconds(1), TimeSpan.FromDays(30), TimeSpan.FromHours(8)),
            LockAfterSignatures = limits.Find("signatures") is null
                ? null : limits.Integer("signatures", 1, 1_000_000_000, fallback: 1),
        };
    }

    private static TokenConfiguration ReadSelector(SectionReader section, TokenConfiguration token)
    {
        if (section.Section("token", ConfigurationSchema.TokenSelector, required: true) is not { } selector)
        {
            return token;
        }

        if (!ConfigurationSchema.TokenSelector.Keys.Any(key => selector.Find(key) is not null))
        {
            section.Context.Issues.Add(
                selector.Node, "a token is found by label, serial and slot, alone or together, for instance { label: Release }");
        }

        return token with
        {
            Label = selector.Scalar("label")?.Value,
            Serial = selector.Scalar("serial")?.Value,
            Slot = ReadSlot(selector),
        };
    }

    private static ulong? ReadSlot(SectionReader selector)
    {
        if (selector.Scalar("slot") is not { } scalar)
        {
            return null;
        }

        var hexadecimal = scalar.Value.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        if (ulong.TryParse(
            hexadecimal ? scalar.Value.AsSpan(2) : scalar.Value,
            hexadecimal ? NumberStyles.AllowHexSpecifier : NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var slot))
        {
            return slot;
        }

        selector.Context.Issues.Add(scalar, "'slot' must be a slot id: a whole number, or 0x and hexadecimal digits");
        return null;
    }

    /// <summary>Two host processes on one token would disturb each other, and names become file and pipe names.</summary>
    private static void CheckOtherTokens(SectionReader section, TokenConfiguration token, List<TokenConfiguration> others)
    {
        var node = section.Find("name") ?? section.Node;
        foreach (var other in others)
        {
            if (token.Module.Length > 0 && (token.Module, token.Label, token.Serial, token.Slot, token.InitArguments, token.Environment)
                == (other.Module, other.Label, other.Serial, other.Slot, other.InitArguments, other.Environment))
            {
                section.Context.Issues.Add(
                    node, $"this is the same token as '{Shown.Short(other.Name)}'; one entry serves all of its keys");
            }

            CheckHostName(node, "token", token.Name, other.Name, section.Context.Issues);
        }
    }

    /// <summary>Names of token hosts that differ in case alone are one name to Windows' named pipes.</summary>
    public static void CheckHostName(YamlNode place, string kind, string name, string other, IssueList issues)
    {
        if (name != other && name.Equals(other, StringComparison.OrdinalIgnoreCase))
        {
            issues.Add(place, $"the {kind} name '{Shown.Short(name)}' differs from '{Shown.Short(other)}' in case alone");
        }
    }
}
