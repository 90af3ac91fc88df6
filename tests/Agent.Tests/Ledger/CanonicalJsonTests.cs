using System.Text;
using Signet.Agent.Ledger;

namespace Signet.Agent.Tests.Ledger;

public sealed class CanonicalJsonTests
{
    [Test]
    public void Write_OfText_EscapesAsRfc8785Does()
    {
        // RFC 8785 section 3.2.2.2: the two-character escapes, \u00xx in lower case for other controls, all else as it is.
        var text = Write("\u20ac$\u000f\nA'B\"\\\b\t\f\r/\u2028\ud83d\ude00");
        Assert.That(text, Is.EqualTo("\"\u20ac$\\u000f\\nA'B\\\"\\\\\\b\\t\\f\\r/\u2028\ud83d\ude00\""));
    }

    [Test]
    public void Write_OfAnObject_SortsByUtf16CodeUnits()
    {
        // RFC 8785 section 3.2.3: the surrogates of U+1F600 sort before U+FB33.
        var members = new Dictionary<string, object?> { ["\ufb33"] = 1, ["\ud83d\ude00"] = 2, ["1"] = 3, ["\r"] = 4, ["\u00f6"] = 5 };
        Assert.That(Write(members), Is.EqualTo("{\"\\r\":4,\"1\":3,\"\u00f6\":5,\"\ud83d\ude00\":2,\"\ufb33\":1}"));
    }

    [Test]
    public void Write_OfOtherValues_GivesTheOneForm() => Assert.That(
        Write(new object?[] { null, true, false, 0, -1L, new byte[] { 0xAB }, new DateTimeOffset(2026, 11, 24, 1, 2, 3, TimeSpan.FromHours(1)) }),
        Is.EqualTo("[null,true,false,0,-1,\"ab\",\"2026-11-24T00:02:03.000000Z\"]"));

    [Test]
    public void Write_OfAFractionOrAHugeNumber_IsRefused([Values] bool huge) => Assert.That(
        () => CanonicalJson.Write(huge ? long.MaxValue : 0.5), Throws.ArgumentException);

    private static string Write(object value) => Encoding.UTF8.GetString(CanonicalJson.Write(value));
}
