namespace Signet.Cli.Connection;

/// <summary>Where an agent's local sockets lie.</summary>
/// <param name="OperatorSocket">Absolute path of the operator socket.</param>
/// <param name="RunDirectory">Absolute directory of the token hosts' sockets.</param>
internal sealed record AgentLocation(string OperatorSocket, string RunDirectory)
{
    private const string OperatorSocketName = "agent.sock";
    private const string TokenSocketPrefix = "token-";
    private const string SocketSuffix = ".sock";

    /// <summary>The agent that has this run directory.</summary>
    public static AgentLocation InDirectory(string runDirectory)
    {
        var directory = Path.GetFullPath(runDirectory);
        return new AgentLocation(Path.Combine(directory, OperatorSocketName), directory);
    }

    /// <summary>The agent behind this operator socket; its token hosts are beside it.</summary>
    public static AgentLocation AtSocket(string socket)
    {
        var path = Path.GetFullPath(socket);
        return new AgentLocation(path, Path.GetDirectoryName(path) ?? path);
    }

    /// <summary>Socket of a token host.</summary>
    /// <param name="token">Name of the token; of a PFX file, the name of its key.</param>
    public string TokenSocket(string token) => Path.Combine(RunDirectory, TokenSocketPrefix + token + SocketSuffix);

    /// <summary>
    /// Names of the tokens whose hosts have a socket there, sorted. Empty on Windows, where named pipes leave no files.
    /// </summary>
    public IReadOnlyList<string> TokenNames()
    {
        if (!Directory.Exists(RunDirectory))
        {
            return [];
        }

        return [.. Directory.EnumerateFileSystemEntries(RunDirectory, TokenSocketPrefix + "*" + SocketSuffix)
            .Select(path => Path.GetFileName(path)[TokenSocketPrefix.Length..^SocketSuffix.Length])
            .Order(StringComparer.Ordinal)];
    }
}
