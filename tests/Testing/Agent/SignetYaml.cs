using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Signet.Testing.Agent;

/// <summary>Writes the signet.yaml of a test's node.</summary>
internal static class SignetYaml
{
    public static string Write(AgentOptions options, NodeFiles files)
    {
        var yaml = new StringBuilder();
        yaml.Append(CultureInfo.InvariantCulture, $"""
            listen: {Listen(options, files)}
            directories: {Map(("state", files.State), ("run", files.Run), ("log", files.Log))}
            controllers:
              - {Map(("name", Names.Controller), ("certificate", files.Tls.Controller.Pin))}
            credentials:

            """);
        foreach (var (name, hash) in files.CredentialHashes)
        {
            Item(yaml, $"{{ name: {Text(name)}, secret: {Text(hash)} }}");
        }

        if (options.Keys.Any(key => !key.Pfx))
        {
            yaml.Append("tokens:\n");
            var deadline = options.TokenDeadline is { } text ? $", deadline: {text}" : string.Empty;
            foreach (var token in options.Tokens)
            {
                Item(yaml, $"{{ name: {token.Name}, module: {Text(files.Modules[token.Name])}, token: {{ label: {Text(token.Label)} }}, "
                    + $"unlock: {token.Unlock}, sessions: {options.Sessions}{deadline}{token.More} }}");
            }
        }

        yaml.Append("keys:\n");
        foreach (var key in options.Keys)
        {
            var place = key.Pfx
                ? $"pfx: {Text(files.PfxOf(key.Name))}"
                : $"token: {key.Token}, label: {Text(key.Label ?? key.Name)}, certificate: {Text(files.ChainOf(key.Name))}";
            Item(yaml, $"{{ name: {Text(key.Name)}, {place}{key.More} }}");
        }

        if (options.Profiles.Any(profile => profile.Timestamped))
        {
            yaml.Append("timestamps:\n");
            Item(yaml, $"{{ name: local, servers: [{Text(files.TimestampServer)}], roots: {Text(files.TimestampRoots)} }}");
        }

        yaml.Append("profiles:\n");
        foreach (var profile in options.Profiles)
        {
            Item(yaml, Profile(profile, files.Operators));
        }

        yaml.Append("grants:\n");
        foreach (var grant in options.Grants)
        {
            Item(yaml, $"{{ controller: {Names.Controller}, jobs: {List(grant.Jobs)}, credential: {Text(grant.Credential)}, "
                + $"profiles: {List(grant.Profiles)}{grant.More} }}");
        }

        return yaml.Append(CultureInfo.InvariantCulture, $"operators: {List(files.Operators)}\n").Append(options.More).ToString();
    }

    private static string Listen(AgentOptions options, NodeFiles files)
    {
        var map = Map(("address", files.ListenAddress), ("certificate", files.Tls.Server.CertificateFile), ("key", files.Tls.Server.KeyFile));
        return options.Connections is { } connections ? $"{map[..^2]}, connections: {connections} }}" : map;
    }

    private static string Profile(ProfileOptions profile, IReadOnlyList<string> operators)
    {
        var text = $"name: {Text(profile.Name)}, key: {Text(profile.Key)}, formats: {List(profile.Formats)}";
        text += profile.HardwareRequired ? ", hardware: required" : string.Empty;
        text += profile.Recurse ? ", recurse: true" : string.Empty;
        text += profile.Timestamped ? ", timestamp: local" : string.Empty;
        text += profile.Approvals > 0 ? $", approvals: {{ required: {profile.Approvals}, from: {List(profile.Approvers ?? operators)}{profile.MoreApprovals} }}" : string.Empty;
        text += profile.Limits is null ? string.Empty : $", limits: {profile.Limits}";
        return $"{{ {text} }}";
    }

    private static void Item(StringBuilder yaml, string text) => yaml.Append("  - ").Append(text).Append('\n');

    private static string Map(params (string Key, string Value)[] pairs) =>
        $"{{ {string.Join(", ", pairs.Select(pair => $"{pair.Key}: {Text(pair.Value)}"))} }}";

    private static string List(IEnumerable<string> items) => $"[{string.Join(", ", items.Select(Text))}]";

    // A JSON string is a YAML string (YAML 1.2 section 1.3).
    private static string Text(string value) => JsonSerializer.Serialize(value);
}
