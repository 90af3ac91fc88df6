using System.Security.Cryptography;
using Signet.Agent.Configuration.Reading;
using Signet.Agent.Configuration.Sections;
using Signet.Agent.Configuration.Yaml;

namespace Signet.Agent.Configuration;

/// <summary>Reads <c>signet.yaml</c> and says every problem at once, each with line and column.</summary>
/// <param name="formatNames">Names of the file formats that this agent knows.</param>
/// <remarks>Safe for use by several threads at once.</remarks>
internal sealed class ConfigurationLoader(IReadOnlySet<string> formatNames)
{
    /// <summary>Reads the file. Never throws for what is wrong with it.</summary>
    /// <param name="path">Path of the file; relative paths in it start at its directory.</param>
    public ConfigurationResult Load(string path)
    {
        var fullPath = Path.GetFullPath(path);
        var issues = new IssueList();
        if (ConfigurationFile.Read(fullPath, issues) is not { } bytes)
        {
            return new ConfigurationResult(null, issues.ToSortedList());
        }

        var sha256 = SHA256.HashData(bytes);
        var context = new ReadContext(Path.GetDirectoryName(fullPath)!, formatNames, issues);
        var configuration = ConfigurationFile.Decode(bytes, issues) is { } text
            && YamlTreeReader.Read(text, issues) is { } root
            ? ReadRoot(root, context, sha256)
            : null;
        return new ConfigurationResult(issues.Any ? null : configuration, issues.ToSortedList()) { Sha256 = sha256 };
    }

    private static SignetConfiguration? ReadRoot(YamlNode node, ReadContext context, byte[] sha256)
    {
        if (node is not YamlMapping mapping)
        {
            context.Issues.Add(node, $"the file must be a group of keys (listen, controllers, ...), not {node.Description}");
            return null;
        }

        var root = new SectionReader(mapping, ConfigurationSchema.Root, context);
        var listen = ListenSection.Read(root);
        var directories = DirectoriesSection.Read(root);
        var tokens = TokensSection.Read(root, directories);
        var keys = KeysSection.Read(root, directories, tokens);
        var configuration = new SignetConfiguration
        {
            // Null only where an issue was added, and then the whole is dropped.
            Listen = listen!,
            Directories = directories,
            Controllers = ControllersSection.Read(root),
            Credentials = CredentialsSection.Read(root),
            Tokens = tokens,
            Keys = keys,
            Timestamps = TimestampsSection.Read(root),
            Profiles = ProfilesSection.Read(root, keys, tokens),
            Grants = GrantsSection.Read(root),
            Operators = OperatorsSection.Read(root),
            Uploads = UploadsSection.Read(root),
            OperatorsGroup = OperatorsSection.ReadGroup(root),
            Notify = NotifySection.Read(root),
            Sha256 = sha256,
        };
        context.Names.CheckReferences();
        return configuration;
    }
}
