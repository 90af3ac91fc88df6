using Signet.Cli.Connection;
using Signet.Cli.Errors;
using Signet.Protocol.V1;

namespace Signet.Cli.Commands;

/// <summary>Finds out which token is meant where nobody named one.</summary>
internal static class TokenChoice
{
    /// <summary>The only token, or the only one that is not ready.</summary>
    /// <exception cref="CommandException">There is none, or more than one.</exception>
    public static async Task<string> OnlyLockedAsync(AgentLocation location, CancellationToken cancellationToken)
    {
        using var connection = new OperatorConnection(location);
        var response = await connection.CallAsync(
            "find out which token is locked", (client, options) => client.GetStatusAsync(new GetStatusRequest(), options),
            cancellationToken);
        var tokens = response.Status.Tokens;
        if (tokens.Count == 1)
        {
            return tokens[0].Name;
        }

        var waiting = tokens.Where(token => token.State != TokenState.Ready).Select(token => token.Name).ToList();
        return waiting switch
        {
            [var only] => only,
            [] when tokens.Count == 0 => throw new CommandException(
                ExitCode.Invalid, "The agent has no token. Add one to its configuration, under 'tokens' or as a 'pfx' key."),
            [] => throw new CommandException(
                ExitCode.Invalid, $"Every token is unlocked: {string.Join(", ", tokens.Select(token => token.Name))}."),
            _ => throw new CommandException(
                ExitCode.Invalid, $"Several tokens are not unlocked: {string.Join(", ", waiting)}.\nName one, or all: signet unlock --all"),
        };
    }

    /// <summary>Every token that is not ready, in the order of the configuration.</summary>
    /// <exception cref="CommandException">There is none.</exception>
    public static async Task<IReadOnlyList<string>> AllLockedAsync(AgentLocation location, CancellationToken cancellationToken)
    {
        using var connection = new OperatorConnection(location);
        var response = await connection.CallAsync(
            "find out which tokens are locked", (client, options) => client.GetStatusAsync(new GetStatusRequest(), options),
            cancellationToken);
        var waiting = response.Status.Tokens.Where(token => token.State != TokenState.Ready).Select(token => token.Name).ToList();
        return waiting.Count > 0
            ? waiting
            : throw new CommandException(ExitCode.Invalid, "Every token is unlocked already.");
    }

    /// <summary>Returns where a token of this name may be; its host's socket is looked for where that is possible.</summary>
    /// <exception cref="CommandException">There are token hosts, and none of this name.</exception>
    public static void CheckName(AgentLocation location, string token)
    {
        var names = location.TokenNames();
        if (names.Count > 0 && !names.Contains(token))
        {
            throw new CommandException(
                ExitCode.Invalid,
                // Not repeated: somebody may have typed a PIN there.
                $"This node has no token of such a name. It has: {string.Join(", ", names)}.\nA PIN is never taken from the command line.");
        }
    }
}
