using System.Text.RegularExpressions;
using Signet.Agent.Configuration.Reading;
using Signet.Agent.Configuration.Yaml;

namespace Signet.Agent.Configuration.Sections;

/// <summary>Reads what a token's module gets: <c>initArgs</c> and <c>environment</c>.</summary>
internal static partial class ModuleArguments
{
    private const int MostVariables = 50;

    // With these a variable would load code into the host, or let a debugger or a dump at it.
    private static readonly string[] ForbiddenPrefixes =
        ["LD_", "DOTNET_", "COMPlus_", "CORECLR_", "COR_", "DYLD_", "GLIBC_", "MALLOC_", "ASPNETCORE_", "Logging__"];

    /// <summary>What the module gets with C_Initialize; null for nothing.</summary>
    public static string? ReadInitArguments(SectionReader section)
    {
        if (section.Scalar("initArgs") is not { } scalar)
        {
            return null;
        }

        if (SecretPattern().IsMatch(scalar.Value))
        {
            section.Context.Issues.Add(scalar, $"'initArgs' seems to hold a PIN or a password: {ForbiddenKeys.Detail}");
        }

        return scalar.Value;
    }

    /// <summary>Environment variables of the token's host.</summary>
    public static ModuleEnvironment ReadEnvironment(SectionReader section)
    {
        var issues = section.Context.Issues;
        if (section.Find("environment") is not { } node)
        {
            return ModuleEnvironment.Empty;
        }

        if (node is not YamlMapping mapping || mapping.Entries.Count > MostVariables)
        {
            issues.Add(node, $"'environment' must be a group of at most {MostVariables} variables, for instance {{ KRYOPTIC_CONF: /etc/kryoptic.conf }}");
            return ModuleEnvironment.Empty;
        }

        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in mapping.Entries)
        {
            if (Problem(entry.Key.Value, entry.Value) is { } problem)
            {
                issues.Add(entry.Key, problem);
            }
            else
            {
                variables[entry.Key.Value] = ((YamlScalar)entry.Value).Value;
            }
        }

        return new ModuleEnvironment(variables);
    }

    private static string? Problem(string name, YamlNode value)
    {
        var shown = Shown.Short(name);
        if (!NamePattern().IsMatch(name))
        {
            return $"'{shown}' cannot be the name of an environment variable: letters, digits and _, and no digit first";
        }

        if (ForbiddenPrefixes.Any(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)) || name == "PATH")
        {
            return $"'{shown}' could load code into the process that holds the token, so it cannot be set here";
        }

        if (ForbiddenKeys.LooksSecret(name))
        {
            return $"'{shown}' seems to hold a PIN or a password: {ForbiddenKeys.Detail}";
        }

        return value is YamlScalar { Value.Length: > 0 and <= 4096 } scalar && !scalar.Value.Any(char.IsControl)
            ? null
            : $"the value of '{shown}' must be a single value of 1 to 4,096 characters, with no control character";
    }

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]{0,99}$", RegexOptions.CultureInvariant)]
    private static partial Regex NamePattern();

    [GeneratedRegex("(?:pass(?:word|wd|phrase)?|pin)\\s*=\\s*[^'\"\\s]*\\w", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex SecretPattern();
}
