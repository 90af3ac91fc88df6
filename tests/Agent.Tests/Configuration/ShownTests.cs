using Signet.Agent.Configuration.Reading;

namespace Signet.Agent.Tests.Configuration;

[Parallelizable(ParallelScope.All)]
internal sealed class ShownTests
{
    [TestCase("plain text", "plain text")]
    [TestCase("caf\u00E9 \u65E5\u672C", "caf\u00E9 \u65E5\u672C")]
    [TestCase("two\r\nlines", "two\\u000D\\u000Alines")]
    [TestCase("\u001B[31mred", "\\u001B[31mred")]
    [TestCase("abc\u202Ecba", "abc\\u202Ecba")]
    [TestCase("zero\u200Bwidth", "zero\\u200Bwidth")]
    public void Short_WhenTextCouldForge_ShowsCodePoints(string text, string shown) =>
        Assert.That(Shown.Short(text), Is.EqualTo(shown));

    [Test]
    public void Short_WhenTextHoldsHalfASurrogatePair_ShowsTheReplacement() =>
        Assert.That(Shown.Short("half \uD800"), Is.EqualTo("half \\uFFFD"));

    [Test]
    public void Short_WhenTextIsLong_IsCutAndNeverLongerThanAsked()
    {
        Assert.That(Shown.Short(new string('x', 100), 10), Is.EqualTo("xxxxxxxxxx\u2026"));
        Assert.That(Shown.Short(new string('\u0001', 100), 10), Is.EqualTo("\\u0001\u2026"));
    }
}
