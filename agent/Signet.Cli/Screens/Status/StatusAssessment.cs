using Signet.Protocol.V1;

namespace Signet.Cli.Screens.Status;

/// <summary>What a status comes down to, worst first.</summary>
internal enum Standing
{
    /// <summary>Something is broken, so that some or all signatures fail whatever operators unlock.</summary>
    Degraded,

    /// <summary>A token waits for its operators.</summary>
    Locked,

    /// <summary>Every token and key can be used, and the ledger is written.</summary>
    Ready,
}

/// <summary>The standing of the agent and what its operators have to do now.</summary>
/// <param name="Standing">What it comes down to.</param>
/// <param name="Actions">What to do, one sentence each, the most urgent first; empty where all is ready.</param>
internal sealed record StatusAssessment(Standing Standing, IReadOnlyList<string> Actions)
{
    /// <summary>What <c>signet status</c> ends with.</summary>
    public int ExitCode => Standing == Standing.Ready ? Cli.ExitCode.Ok : Cli.ExitCode.NotReady;

    /// <summary>Judges a status.</summary>
    public static StatusAssessment Of(AgentStatus status)
    {
        var broken = new List<string>();
        var locked = new List<string>();
        if (status.Ledger is not { Writable: true })
        {
            broken.Add("The ledger cannot be written, so nothing is signed. Look at the disk of this node and the agent's log.");
        }

        AddTokens(status, broken, locked);
        AddKeys(status, broken);
        AddTimestamps(status, broken);
        var standing = broken.Count > 0 ? Standing.Degraded : locked.Count > 0 ? Standing.Locked : Standing.Ready;
        return new StatusAssessment(standing, [.. broken, .. locked]);
    }

    private static void AddTokens(AgentStatus status, List<string> broken, List<string> locked)
    {
        foreach (var token in status.Tokens)
        {
            switch (token.State)
            {
                case TokenState.Ready:
                    break;
                case TokenState.Locked or TokenState.Unlocking:
                    locked.Add(Unlock(token));
                    break;
                case TokenState.Absent when token.Starting:
                    locked.Add($"Token {token.Name} is being looked for.");
                    break;
                default:
                    broken.Add(token.Detail.Length > 0
                        ? $"Token {token.Name}: {token.Detail}"
                        : $"Token {token.Name} is {StateWords.Of(token.State)}.");
                    break;
            }
        }
    }

    private static string Unlock(TokenStatus token) => token switch
    {
        { State: TokenState.Unlocking, UnlockMethod: UnlockMethod.Quorum } =>
            $"Token {token.Name} is unlocking {token.Detail}. The others run the same: signet unlock {token.Name}",
        { State: TokenState.Unlocking } => $"Token {token.Name}: {token.Detail}",
        { PinCounter: PinCounter.FinalTry } =>
            $"Token {token.Name} is locked, and one more wrong PIN blocks it. Be sure of the PIN: signet unlock {token.Name} --final-try",
        { UnlockMethod: UnlockMethod.None, Detail.Length: > 0 } => $"Token {token.Name} is locked. {token.Detail}",
        { UnlockMethod: UnlockMethod.Quorum } =>
            $"Token {token.Name} is locked. Its operators unlock it together, each with: signet unlock {token.Name}",
        _ => $"Token {token.Name} is locked. Unlock it: signet unlock {token.Name}",
    };

    // A key that is only locked, or whose token is away, is told of by its token.
    private static void AddKeys(AgentStatus status, List<string> broken)
    {
        var down = status.Tokens.Where(token => token.State != TokenState.Ready).Select(token => token.Name).ToHashSet();
        foreach (var key in status.Keys)
        {
            var told = key.Readiness is KeyReadiness.Ready or KeyReadiness.Locked
                || (key.Readiness == KeyReadiness.Unavailable && down.Contains(key.Token));
            if (!told)
            {
                broken.Add(key.Detail.Length > 0 ? $"Key {key.Name}: {key.Detail}" : $"Key {key.Name} cannot be used.");
            }
        }
    }

    // Servers of one name stand in for each other.
    private static void AddTimestamps(AgentStatus status, List<string> broken)
    {
        foreach (var group in status.TimestampServers.GroupBy(server => server.Name, StringComparer.Ordinal))
        {
            if (group.All(server => server is { HasLastSucceeded: true, LastSucceeded: false }))
            {
                broken.Add($"No timestamp server of '{group.Key}' answered when it was last asked. Check the network of this node.");
            }
        }
    }
}
