using Signet.Protocol.V1;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Signet.Cli.Screens.Status;

/// <summary>The tokens on the status screen.</summary>
internal static class TokenRows
{
    /// <summary>A row a token.</summary>
    public static Table Of(AgentStatus status)
    {
        var table = Sheet.Columns(3);
        foreach (var token in status.Tokens)
        {
            table.AddRow(
                Sheet.Cell(token.Name, Sheet.Strong),
                Sheet.Cell(StateWords.Of(token.State), StateWords.StyleOf(token.State)),
                Sheet.Cells(Lines(token, status)));
        }

        return table;
    }

    /// <summary>What the token is: label, serial number, maker and model, or that it is a file.</summary>
    public static string Identity(TokenStatus token)
    {
        if (!token.Hardware)
        {
            return "PFX file";
        }

        var parts = new List<string>();
        if (token.Label.Length > 0)
        {
            parts.Add(token.Label);
        }

        if (token.Serial.Length > 0)
        {
            parts.Add("serial " + token.Serial);
        }

        var made = $"{token.Manufacturer} {token.Model}".Trim();
        if (made.Length > 0)
        {
            parts.Add(made);
        }

        return parts.Count > 0 ? string.Join(", ", parts) : "not seen yet";
    }

    /// <summary>Whether the configuration says that the token needs no PIN.</summary>
    public static bool NeedsNoPin(TokenStatus token) => token.UnlockMethod is UnlockMethod.None or UnlockMethod.Operator;

    private static IEnumerable<IRenderable> Lines(TokenStatus token, AgentStatus status)
    {
        yield return Sheet.Cell(Identity(token));
        if (token is { State: TokenState.Ready, UnlockedAt: not null })
        {
            var by = token.UnlockedBy.Length > 0 ? $"unlocked by {token.UnlockedBy}" : "ready by itself";
            yield return Sheet.Cell(
                $"{by}, {Words.Moment(token.UnlockedAt)} ({Words.Ago(token.UnlockedAt, status.At)})");
            if (token.LocksAt is not null)
            {
                yield return Sheet.Cell($"locks by itself {Words.Moment(token.LocksAt)}");
            }
        }

        if (token is { State: TokenState.Unlocking, Detail.Length: > 0 })
        {
            yield return Sheet.Cell(token.Detail, StateWords.StyleOf(token.State));
        }

        if (token.UnlockMethod == UnlockMethod.Quorum)
        {
            yield return Sheet.Cell("unlocked by several operators together: signet quorum show " + token.Name);
        }

        if (NeedsNoPin(token))
        {
            yield return Sheet.Cell("needs no PIN: nothing but this node guards it", Sheet.Attention);
        }
        else if (token.Hardware)
        {
            yield return Sheet.Cell(
                "PIN: " + StateWords.Of(token.PinCounter), StateWords.StyleOf(token.PinCounter));
            if (token.SaysNoLogin)
            {
                yield return Sheet.Cell("the token says that it needs no PIN; if so, say 'unlock: none' or 'unlock: operator'", Sheet.Attention);
            }
        }

        if (token.PinToBeChanged)
        {
            yield return Sheet.Cell("its PIN is the first one and has to be changed, with the tool of its maker", Sheet.Attention);
        }
    }
}
