using Signet.Agent.Configuration.Reading;

namespace Signet.Agent.Tests.Configuration;

[Parallelizable(ParallelScope.All)]
internal sealed class QuantityTests
{
    [TestCase("1B", 1L)]
    [TestCase("1KB", 1024L)]
    [TestCase("500MB", 524_288_000L)]
    [TestCase("2GB", 2_147_483_648L)]
    [TestCase("2 GiB", 2_147_483_648L)]
    [TestCase("1tb", 1_099_511_627_776L)]
    public void ParseSizeBytes_WhenTextIsASize_CountsInPowersOf1024(string text, long bytes) =>
        Assert.That(Quantity.ParseSizeBytes(text), Is.EqualTo(bytes));

    [TestCase("")]
    [TestCase("2")]
    [TestCase("GB")]
    [TestCase("-2GB")]
    [TestCase("1.5GB")]
    [TestCase("2GBs")]
    [TestCase("9999999999TB")]
    [TestCase("\u0662GB")]
    public void ParseSizeBytes_WhenTextIsNoSize_IsNull(string text) =>
        Assert.That(Quantity.ParseSizeBytes(text), Is.Null);

    [TestCase("250ms", 250L)]
    [TestCase("30s", 30_000L)]
    [TestCase("5m", 300_000L)]
    [TestCase("24h", 86_400_000L)]
    [TestCase("7d", 604_800_000L)]
    public void ParseDuration_WhenTextIsADuration_ReadsIt(string text, long milliseconds) =>
        Assert.That(Quantity.ParseDuration(text), Is.EqualTo(TimeSpan.FromMilliseconds(milliseconds)));

    [TestCase("30")]
    [TestCase("s")]
    [TestCase("-1s")]
    [TestCase("1h30m")]
    [TestCase("5M")]
    [TestCase("999999999999d")]
    public void ParseDuration_WhenTextIsNoDuration_IsNull(string text) =>
        Assert.That(Quantity.ParseDuration(text), Is.Null);

    [TestCase("1KB")]
    [TestCase("1536MB")]
    [TestCase("1B")]
    [TestCase("1TB")]
    public void ShowSize_WhenReadAgain_IsTheSame(string text) =>
        Assert.That(Quantity.ShowSize(Quantity.ParseSizeBytes(text)!.Value), Is.EqualTo(text));
}
