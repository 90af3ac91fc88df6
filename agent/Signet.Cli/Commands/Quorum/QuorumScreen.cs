using Signet.Cli.Screens;
using Signet.Protocol.V1;
using Spectre.Console;

namespace Signet.Cli.Commands.Quorum;

/// <summary>What <c>signet quorum show</c> shows.</summary>
internal static class QuorumScreen
{
    /// <summary>Draws the quorum and who is enrolled.</summary>
    public static void Draw(IAnsiConsole console, string token, GetQuorumResponse response)
    {
        if (response.Quorum is { } quorum)
        {
            console.Write(Sheet.Cell($"Token {token}: any {quorum.Threshold} of {Words.Count(quorum.Members.Count, "operator")} unlock it"));
            console.WriteLine();
            if (quorum.Interrupted)
            {
                console.Write(Sheet.Cell("A ceremony broke off. The next unlock finds out which quorum is in force.", Sheet.Attention));
                console.WriteLine();
            }

            console.Section("Members", Rows(quorum.Members));
            var table = Sheet.Columns(2);
            table.AddFact("made", Words.Moment(quorum.CreatedAt));
            table.AddFact("by", string.Join(", ", quorum.CreatedBy));
            table.AddFact("id", quorum.Generation);
            console.Section("Ceremony", table);
        }
        else
        {
            console.Write(Sheet.Cell($"Token {token} has no quorum yet. Make one: signet quorum create {token}"));
            console.WriteLine();
        }

        console.Section("Enrolled", Rows(response.Enrolled));
    }

    /// <summary>The members' accounts.</summary>
    public static string Accounts(QuorumDescription quorum) => string.Join(", ", quorum.Members.Select(member => member.Account));

    /// <summary>How far a purpose has come.</summary>
    public static string Progress(GiveShareResponse response) =>
        $"{response.Operators.Count}/{response.Needed}, {string.Join(", ", response.Operators)}";

    private static Table Rows(IEnumerable<QuorumMember> members)
    {
        var table = Sheet.Columns(3);
        foreach (var member in members)
        {
            table.AddRow(
                Sheet.Cell(member.Account, Sheet.Strong),
                Sheet.Cell(member.OnCard ? "card" : "passphrase"),
                member.Unproved
                    ? Sheet.Cell("has to enroll again: nothing proves that this operator can open a share", Sheet.Attention)
                    : Sheet.Cell("certificate " + Convert.ToHexStringLower(member.CertificateSha256.Span), Sheet.Quiet));
        }

        return table;
    }
}
