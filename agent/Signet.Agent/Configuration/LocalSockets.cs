namespace Signet.Agent.Configuration;

/// <summary>Where the local sockets of a signing node lie.</summary>
internal static class LocalSockets
{
    /// <summary>Absolute path of the socket on which operators speak to the agent.</summary>
    public static string OperatorSocket(DirectoryConfiguration directories) => Path.Combine(directories.Run, "agent.sock");

    /// <summary>Absolute path of a token host's socket.</summary>
    /// <param name="directories">The node's directories.</param>
    /// <param name="tokenName">Name of the token; of a PFX file, the name of its key.</param>
    public static string TokenSocket(DirectoryConfiguration directories, string tokenName) =>
        Path.Combine(directories.Run, $"token-{tokenName}.sock");
}
