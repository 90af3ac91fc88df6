namespace Signet.Formats.Tests.Zip;

/// <summary>Archives all begin alike, so their names decide.</summary>
public sealed class ArchiveCatalogTests
{
    private static readonly byte[] Archive = ZipSamples.Build(("a", [1]));

    [TestCase("a.jar", "jar")]
    [TestCase("A.WAR", "jar")]
    [TestCase("a.ear", "jar")]
    [TestCase("a.aar", "jar")]
    [TestCase("a.hpi", "jar")]
    [TestCase("dir/a.1.0.0.nupkg", "nuget")]
    [TestCase("a.snupkg", "nuget")]
    [TestCase("a.apk", "apk")]
    public void Find_OfAnArchive_GoesByItsName(string name, string format) =>
        Assert.That(FormatCatalog.Default.Find(Archive, name).Name, Is.EqualTo(format));

    [TestCase("a.bin")]
    [TestCase("a")]
    [TestCase("a.exe")]
    public void Find_OfAnArchiveUnderAnotherName_IsRefused(string name) => AssertRefused(Archive, name);

    [TestCase("a.jar")]
    [TestCase("a.nupkg")]
    [TestCase("a.apk")]
    public void Find_OfAnotherContentUnderAnArchivesName_IsRefused(string name) => AssertRefused("no archive"u8.ToArray(), name);

    private static void AssertRefused(byte[] content, string name) => Assert.That(
        () => FormatCatalog.Default.Find(content, name),
        Throws.TypeOf<SignatureFormatException>().With.Property("Failure").EqualTo(FormatFailure.Unsupported));
}
