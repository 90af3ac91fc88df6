using System.Text.RegularExpressions;
using Grpc.Core;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;
using Signet.Testing.Tools;

namespace Signet.Protocol.Tests.Errors;

public sealed partial class ErrorReasonsTests
{
    private static IEnumerable<ErrorTableRow> Rows => ErrorTable.Rows;

    [Test]
    public void Table_WhenComparedWithTheProto_HoldsEveryReasonOnce() =>
        Assert.That(
            ErrorTable.Rows.Select(row => row.Reason),
            Is.EquivalentTo(Enum.GetValues<ErrorReason>().Where(reason => reason != ErrorReason.Unspecified)));

    [TestCaseSource(nameof(Rows))]
    public void Mapping_WhenReasonIsDeclared_IsTheOneOfTheTable(object expected)
    {
        var row = (ErrorTableRow)expected;
        Assert.Multiple(() =>
        {
            Assert.That(ErrorReasons.WireName(row.Reason), Is.EqualTo(row.WireName));
            Assert.That(ErrorReasons.FromWireName(row.WireName), Is.EqualTo(row.Reason));
            Assert.That(ErrorReasons.ToStatusCode(row.Reason), Is.EqualTo(row.Code));
            Assert.That(ErrorReasons.IsRetryable(row.Reason), Is.EqualTo(row.Retryable));
            Assert.That(ErrorReasons.DefaultRetryAfter(row.Reason)?.TotalSeconds, Is.EqualTo((double?)row.RetrySeconds));
        });
    }

    [TestCase("")]
    [TestCase("token_locked")]
    [TestCase("ERROR_REASON_TOKEN_LOCKED")]
    [TestCase("NO_SUCH_REASON")]
    public void FromWireName_WhenNameIsNotDeclared_IsUnspecified(string name) =>
        Assert.That(ErrorReasons.FromWireName(name), Is.EqualTo(ErrorReason.Unspecified));

    [Test]
    public void WireName_WhenReasonIsNotDeclared_Throws() =>
        Assert.That(() => ErrorReasons.WireName((ErrorReason)9999), Throws.InstanceOf<ArgumentOutOfRangeException>());

    [Test]
    public void Documentation_WhenRead_SaysWhatTheCodeDoes()
    {
        var documented = TableRow().Matches(File.ReadAllText(Repository.PathOf("docs/errors.md")))
            .Select(match => (match.Groups["reason"].Value, match.Groups["code"].Value, match.Groups["retry"].Value == "yes"));

        Assert.That(
            documented,
            Is.EquivalentTo(ErrorTable.Rows.Select(row => (row.WireName, UpperSnakeCase(row.Code), row.Retryable))));
    }

    private static string UpperSnakeCase(StatusCode code) =>
        WordStart().Replace(code.ToString(), "_$0").ToUpperInvariant();

    [GeneratedRegex(@"^\| `(?<reason>[A-Z_]+)` \| (?<code>[A-Z_]+) \| (?<retry>yes|no)\b", RegexOptions.Multiline)]
    private static partial Regex TableRow();

    [GeneratedRegex("(?<=[a-z])[A-Z]")]
    private static partial Regex WordStart();
}
