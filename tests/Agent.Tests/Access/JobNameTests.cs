using System.Text;
using Signet.Agent.Access;

namespace Signet.Agent.Tests.Access;

[Parallelizable(ParallelScope.All)]
internal sealed class JobNameTests
{
    [TestCase("app")]
    [TestCase("products/app/main")]
    [TestCase("My Folder/release 1.0 (x64)")]
    [TestCase("caf\u00E9/\u65E5\u672C\u8A9E/\uD55C\uAD6D")]
    [TestCase("\U0001F680 launch")]
    [TestCase("...")]
    [TestCase(".hidden/a..b")]
    [TestCase("products/app/release%2F1.2")]
    public void FindProblem_WhenNameIsProper_IsNull(string name) =>
        Assert.That(JobName.FindProblem(name), Is.Null);

    [TestCase("", "empty")]
    [TestCase("/app", "begins or ends with '/'")]
    [TestCase("app/", "begins or ends with '/'")]
    [TestCase("a//b", "begins or ends with '/'")]
    [TestCase("/", "begins or ends with '/'")]
    [TestCase("a/./b", "'.' is no folder")]
    [TestCase("a/../b", "'..' is no folder")]
    [TestCase("..", "'..' is no folder")]
    [TestCase("a\\b", "'\\'")]
    [TestCase("a%2fb", "'%'")]
    [TestCase("a%2Eb", "'%'")]
    [TestCase("a%252Fb", "'%'")]
    [TestCase("a%2", "'%'")]
    [TestCase("a%", "'%'")]
    [TestCase("a\nb", "control character U+000A")]
    [TestCase("a\0b", "control character U+0000")]
    [TestCase("a\u007Fb", "control character U+007F")]
    [TestCase("a\u0085b", "control character U+0085")]
    [TestCase("a\u200Bb", "U+200B")]
    [TestCase("a\u200Db", "U+200D")]
    [TestCase("a\u202Eb", "U+202E")]
    [TestCase("a\u2066b", "U+2066")]
    [TestCase("\uFEFFa", "U+FEFF")]
    [TestCase("a\u00ADb", "U+00AD")]
    [TestCase("a\u2028b", "U+2028")]
    [TestCase("a\u00A0b", "looks like a blank")]
    [TestCase("a\u3000b", "looks like a blank")]
    [TestCase(" a", "blank")]
    [TestCase("a/b ", "blank")]
    [TestCase("a\uE000b", "no meaning")]
    [TestCase("a\uFFFDb", "U+FFFD")]
    [TestCase("cafe\u0301", "combining mark U+0301")]
    [TestCase("\u212B", "NFC")]
    [TestCase("\u2126", "NFC")]
    [TestCase("\uF900", "NFC")]
    [TestCase("\uD55C\u1161", "NFC")]
    [TestCase("\U0002F800", "NFC")]
    public void FindProblem_WhenNameCouldBeTakenForAnother_SaysWhy(string name, string said) =>
        Assert.That(JobName.FindProblem(name), Does.Contain(said));

    [Test]
    public void FindProblem_WhenNameHoldsHalfASurrogatePair_SaysSo()
    {
        // Not as test cases: an attribute cannot hold such a text.
        Assert.That(JobName.FindProblem("a\uD83D"), Does.Contain("half of a surrogate pair"));
        Assert.That(JobName.FindProblem("a\uDE80b"), Does.Contain("half of a surrogate pair"));
    }

    [Test]
    public void FindProblem_WhenNameIsLong_TakesThousandCharactersAndNoMore()
    {
        Assert.That(JobName.FindProblem(new string('a', JobName.MaxLength)), Is.Null);
        Assert.That(JobName.FindProblem(new string('a', JobName.MaxLength + 1)), Does.Contain("longer than 1000"));
    }

    /// <summary>What is let through is in form NFC by itself. Python's unicodedata is the second implementation.</summary>
    [Test]
    [CancelAfter(60_000)]
    public async Task HasOther_WhenComparedWithAnotherImplementation_CoversAllThatNfcReplaces(CancellationToken cancellationToken)
    {
        const string Script =
            """
            import unicodedata as u
            for c in range(0x80, 0x110000):
                if not 0xD800 <= c <= 0xDFFF and u.category(chr(c))[0] != 'M' and u.normalize('NFC', chr(c)) != chr(c):
                    print('%X' % c)
            """;
        var result = await Signet.Testing.Tools.ExternalProgram.RunSuccessfullyAsync("python3", ["-c", Script], cancellationToken);
        var replaced = result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => new Rune(Convert.ToInt32(line.Trim(), 16))).ToList();

        Assert.That(replaced, Has.Count.GreaterThan(1000));
        Assert.That(replaced.Where(rune => !CanonicalForm.HasOther(rune)), Is.Empty);
    }
}
