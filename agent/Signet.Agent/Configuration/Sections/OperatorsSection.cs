using Signet.Agent.Configuration.Reading;

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
}
