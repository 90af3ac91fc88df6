using Signet.Agent.Configuration.Reading;
using Signet.Protocol.Local;

namespace Signet.Agent.Configuration.Sections;

/// <summary>Reads <c>operators</c>.</summary>
internal static class OperatorsSection
{
    /// <summary>Reads the section.</summary>
    public static IReadOnlyList<string> Read(SectionReader root)
    {
        var operators = root.Scalars("operators", required: true);
        foreach (var account in operators)
        {
            // Scalars has said it where an account is there twice.
            if (operators.First(other => other.Value == account.Value) == account)
            {
                root.Context.Names.Declare("operator", account);
            }

            if (!NameRule.IsAccount(account.Value))
            {
                root.Context.Issues.Add(
                    account, $"'{Shown.Short(account.Value)}' is not {NameRule.AccountDescription}");
            }
        }

        return [.. operators.Select(account => account.Value)];
    }

    /// <summary>Reads <c>operatorsGroup</c>; null where it is absent.</summary>
    public static string? ReadGroup(SectionReader root)
    {
        if (root.Scalar("operatorsGroup") is not { } group)
        {
            return null;
        }

        if (OperatingSystem.IsWindows())
        {
            root.Context.Issues.Add(group, "'operatorsGroup' is for Linux; Windows has pipes and no sockets with a group. Remove it");
        }
        else if (!LocalGroup.Exists(group.Value))
        {
            root.Context.Issues.Add(
                group, $"this node has no group '{Shown.Short(group.Value)}'; make it (groupadd), and put the agent's account and the operators into it");
        }

        return group.Value;
    }
}
