using Signet.Agent.Configuration.Reading;

namespace Signet.Agent.Configuration.Sections;

/// <summary>Reads <c>profiles</c>: what signatures are made with.</summary>
internal static class ProfilesSection
{
    private static readonly TimeSpan ShortestWindow = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestWindow = TimeSpan.FromDays(30);

    /// <summary>Reads the section.</summary>
    public static IReadOnlyList<ProfileConfiguration> Read(
        SectionReader root, IReadOnlyList<KeyConfiguration> keys, IReadOnlyList<TokenConfiguration> tokens) =>
        [.. root.Sections("profiles", ConfigurationSchema.Profile).Select(section => ReadProfile(section, keys, tokens))];

    private static ProfileConfiguration ReadProfile(
        SectionReader section, IReadOnlyList<KeyConfiguration> keys, IReadOnlyList<TokenConfiguration> tokens)
    {
        var profile = new ProfileConfiguration
        {
            Name = section.DeclaredName("profile"),
            Key = section.Reference("key", "key", required: true) ?? string.Empty,
            HardwareRequired = section.Choice("hardware", "required", "any") == "required",
            LoginRequired = section.Choice("login", "required", "any") == "required",
            Formats = ReadFormats(section),
            Recurse = section.Choice("recurse", "true", "false") == "true",
            Timestamp = section.Reference("timestamp", "timestamp group"),
            Approvals = ReadApprovals(section),
            Limits = ReadLimits(section),
        };
        if (profile.HardwareRequired && keys.Any(key => key.Name == profile.Key && key.Pfx is not null))
        {
            section.Context.Issues.Add(
                section.Find("hardware")!,
                $"profile '{Shown.Short(profile.Name)}' requires hardware, but its key '{Shown.Short(profile.Key)}' is in a "
                + "PFX file, which has no hardware protection. Use a key on a token, or remove 'hardware: required'");
        }

        var token = tokens.FirstOrDefault(token => keys.Any(key => key.Name == profile.Key && key.Token == token.Name));
        if (profile.LoginRequired && token is { Unlock: UnlockKind.None or UnlockKind.Operator })
        {
            section.Context.Issues.Add(
                section.Find("login")!,
                $"profile '{Shown.Short(profile.Name)}' requires a login, but its key '{Shown.Short(profile.Key)}' is on token "
                + $"'{Shown.Short(token.Name)}', which needs no PIN. Use another key, or remove 'login: required'");
        }

        return profile;
    }

    private static List<string> ReadFormats(SectionReader section)
    {
        var known = section.Context.FormatNames;
        var formats = new List<string>();
        foreach (var format in section.Scalars("formats", required: true))
        {
            if (!known.Contains(format.Value))
            {
                var hint = NearMiss.Hint(format.Value, known);
                section.Context.Issues.Add(
                    format,
                    $"'{Shown.Short(format.Value)}' is no file format that this agent knows"
                    + (hint.Length > 0 ? hint : $"; it knows {string.Join(", ", known.Order(StringComparer.Ordinal))}"));
            }

            formats.Add(format.Value);
        }

        return formats;
    }

    private static ApprovalConfiguration? ReadApprovals(SectionReader section)
    {
        if (section.Section("approvals", ConfigurationSchema.Approvals) is not { } approvals)
        {
            return null;
        }

        var from = approvals.Scalars("from", required: true);
        foreach (var account in from)
        {
            approvals.Context.Names.Refer("operator", account);
        }

        var required = approvals.Scalar("required", required: true);
        var count = approvals.Integer("required", 1, 1000, fallback: 1);
        if (required is not null && count > from.Count && from.Count > 0)
        {
            approvals.Context.Issues.Add(
                required, $"{count} approvals are required, but only {from.Count} operators may approve");
        }

        return new ApprovalConfiguration(
            count, [.. from.Select(account => account.Value)], approvals.Choice("excludeStarter", "true", "false") == "true");
    }

    private static LimitConfiguration ReadLimits(SectionReader section)
    {
        var usual = new LimitConfiguration();
        return section.Section("limits", ConfigurationSchema.Limits) is not { } limits ? usual : new LimitConfiguration
        {
            Files = limits.Integer("files", 1, 100_000, usual.Files),
            FileSizeBytes = limits.SizeBytes("fileSize", 1, 1L << 40, usual.FileSizeBytes),
            PerHour = limits.Find("perHour") is null ? null : limits.Integer("perHour", 1, 1_000_000, fallback: 1),
            ApprovalWindow = limits.Duration("approvalWindow", ShortestWindow, LongestWindow, usual.ApprovalWindow),
            SigningWindow = limits.Duration("signingWindow", ShortestWindow, LongestWindow, usual.SigningWindow),
        };
    }
}
