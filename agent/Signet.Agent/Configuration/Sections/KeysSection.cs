using System.Globalization;
using System.Text;
using Signet.Agent.Configuration.Reading;
using Signet.Agent.Configuration.Yaml;
using Signet.Formats;

namespace Signet.Agent.Configuration.Sections;

/// <summary>Reads <c>keys</c>: keys on tokens and keys in PFX files.</summary>
internal static class KeysSection
{
    private const int MaxUserIdBytes = 1024;
    private const int MaxIdDigits = 512;

    /// <summary>Reads the section.</summary>
    public static IReadOnlyList<KeyConfiguration> Read(
        SectionReader root, DirectoryConfiguration directories, IReadOnlyList<TokenConfiguration> tokens)
    {
        var keys = new List<KeyConfiguration>();
        foreach (var section in root.Sections("keys", ConfigurationSchema.Key))
        {
            var key = ReadKey(section);
            if (key.Pfx is not null)
            {
                CheckHost(section, key, directories, tokens, keys);
            }

            keys.Add(key);
        }

        return keys;
    }

    private static KeyConfiguration ReadKey(SectionReader section)
    {
        var context = section.Context;
        var pfx = section.Scalar("pfx");
        var pfxPath = pfx is null ? null : context.FullPath(pfx.Value);
        if (pfx is not null && !File.Exists(pfxPath))
        {
            context.Issues.Add(pfx, $"there is no file {Shown.Short(pfxPath!, 200)}");
        }

        var certificate = section.Scalar("certificate");
        var certificatePath = certificate is null ? null : context.FullPath(certificate.Value);
        var key = new KeyConfiguration
        {
            Name = section.DeclaredName("key"),
            Token = section.Reference("token", "token"),
            Label = section.Scalar("label")?.Value,
            Id = ReadId(section),
            Pfx = pfxPath,
            CertificateFile = certificatePath,
            Pss = section.Choice("padding", "pkcs1", "pss") == "pss",
            OpenPgp = ReadOpenPgp(section),
            CertificateChain = certificate is null ? [] : CertificateFile.ReadChain(certificate, certificatePath!, context),
        };
        CheckShape(section);
        return key;
    }

    // Both are part of the OpenPGP key: another time makes another fingerprint, so neither has a default.
    private static OpenPgpIdentity? ReadOpenPgp(SectionReader section)
    {
        if (section.Section("openpgp", ConfigurationSchema.KeyOpenPgp) is not { } openPgp)
        {
            return null;
        }

        var userId = openPgp.Scalar("userId", required: true);
        if (userId is not null && Encoding.UTF8.GetByteCount(userId.Value) > MaxUserIdBytes)
        {
            openPgp.Context.Issues.Add(userId, $"'userId' has more than {MaxUserIdBytes} bytes in UTF-8");
        }

        return openPgp.Scalar("created", required: true) is { } created && userId is not null
            ? new OpenPgpIdentity(userId.Value, ReadTime(openPgp, created))
            : null;
    }

    // RFC 9580 section 3.5: 32 bits, whole seconds.
    private static DateTimeOffset ReadTime(SectionReader section, YamlScalar created)
    {
        if (DateTimeOffset.TryParseExact(
                created.Value, "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal, out var time)
            && time.ToUnixTimeSeconds() is >= 0 and <= uint.MaxValue)
        {
            return time;
        }

        section.Context.Issues.Add(created, "'created' must be a time in UTC from 1970 to 2106, for instance 2026-01-31T00:00:00Z");
        return DateTimeOffset.UnixEpoch;
    }

    private static void CheckShape(SectionReader section)
    {
        var (token, pfx) = (section.Find("token"), section.Find("pfx"));
        var found = section.Find("label") ?? section.Find("id");
        if ((token is null) == (pfx is null))
        {
            section.Context.Issues.Add(
                section.Node, "a key is either on a token (token, and label or id) or in a PFX file (pfx); this one has "
                + (token is null ? "neither" : "both"));
        }
        else if (token is not null && found is null)
        {
            section.Context.Issues.Add(
                section.Node, "'label' is missing: a key on a token is found by its label (CKA_LABEL), its id (CKA_ID, hexadecimal) or both");
        }
        else if (pfx is not null && found is not null)
        {
            section.Context.Issues.Add(found, "'label' and 'id' belong to a key on a token; a PFX file holds one key");
        }
    }

    // As tools show it: with or without colons or 0x.
    private static string? ReadId(SectionReader section)
    {
        if (section.Scalar("id") is not { } scalar)
        {
            return null;
        }

        var digits = scalar.Value.Replace(":", string.Empty, StringComparison.Ordinal);
        digits = digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? digits[2..] : digits;
        if (digits.Length is > 0 and <= MaxIdDigits && digits.Length % 2 == 0 && digits.All(char.IsAsciiHexDigit))
        {
            return digits.ToLowerInvariant();
        }

        section.Context.Issues.Add(
            scalar, "'id' must be the key's CKA_ID in hexadecimal, two digits a byte, in quotes, for instance \"0a1b\"");
        return null;
    }

    /// <summary>A PFX key has a token host of its own, which is named as the key is.</summary>
    private static void CheckHost(
        SectionReader section, KeyConfiguration key, DirectoryConfiguration directories,
        IReadOnlyList<TokenConfiguration> tokens, List<KeyConfiguration> others)
    {
        var issues = section.Context.Issues;
        var node = section.Find("name") ?? section.Node;
        if (key.Name.Length is > 0 and <= NameRule.MaxNameLength)
        {
            DirectoriesSection.CheckSocketPath(node, key.Name, directories.Run, issues);
        }

        if (tokens.Any(token => token.Name.Length > 0 && token.Name.Equals(key.Name, StringComparison.OrdinalIgnoreCase)))
        {
            issues.Add(node, $"'{Shown.Short(key.Name)}' is a token's name already; a key in a PFX file needs its own");
        }

        foreach (var other in others.Where(other => other.Pfx is not null))
        {
            TokensSection.CheckHostName(node, "key", key.Name, other.Name, issues);
        }
    }
}
