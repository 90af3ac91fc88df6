using Signet.Formats.Tests.PortableExecutable;

namespace Signet.Formats.Tests;

public sealed class FormatCatalogTests
{
    private static readonly byte[] Program = new ImageBuilder().Build();

    [TestCase("a.exe")]
    [TestCase("A.DLL")]
    [TestCase("dir/driver.sys")]
    [TestCase("boot.efi")]
    [TestCase("no extension")]
    [TestCase("odd.bin")]
    public void Find_OfAProgram_GoesByItsContent(string name) =>
        Assert.That(FormatCatalog.Default.Find(Program, name).Name, Is.EqualTo("pe"));

    [Test]
    public void Find_OfAnotherContentUnderAProgramsName_IsRefused() => Assert.That(
        () => FormatCatalog.Default.Find("#!/bin/sh"u8, "a.exe"),
        Throws.TypeOf<SignatureFormatException>().With.Property("Failure").EqualTo(FormatFailure.Unsupported));

    [Test]
    public void Find_OfAnUnknownContent_IsRefused() => Assert.That(
        () => FormatCatalog.Default.Find(ReadOnlySpan<byte>.Empty, "a.txt"),
        Throws.TypeOf<SignatureFormatException>().With.Property("Failure").EqualTo(FormatFailure.Unsupported));

    [TestCase("a.zip")]
    [TestCase("a.zip.p7s")]
    [TestCase("a.txt.sig")]
    public void Find_OfAnyContent_NeverFindsAFormatThatIsChosen(string name) => Assert.That(
        () => FormatCatalog.Default.Find("0123456789"u8, name),
        Throws.TypeOf<SignatureFormatException>().With.Property("Failure").EqualTo(FormatFailure.Unsupported));

    [TestCase("a.zip.p7s", "0", "cms")]
    [TestCase("A.ZIP.P7S", "0", "cms")]
    [TestCase("a.zip.p7s", "x", null)]
    [TestCase(".p7s", "0", null)]
    [TestCase("a.zip", "0", null)]
    public void FindDetached_OfASignatureFile_GoesByNameAndContent(string name, string head, string? format) => Assert.That(
        FormatCatalog.Default.FindDetached(System.Text.Encoding.ASCII.GetBytes(head), name)?.Name, Is.EqualTo(format));

    [Test]
    public void All_OfFormatsThatAreChosen_ClaimNoExtension() => Assert.That(
        FormatCatalog.Default.All.OfType<IDetachedFormat>(),
        Is.Not.Empty.And.All.Property(nameof(IDetachedFormat.Extensions)).Empty
            .And.All.Property(nameof(IDetachedFormat.Suffix)).StartsWith("."));

    [Test]
    public void All_Always_HasNamesAndExtensionsOnlyOnce()
    {
        var formats = FormatCatalog.Default.All;
        Assert.That(formats.Select(format => format.Name), Is.Unique);
        Assert.That(formats.SelectMany(format => format.Extensions), Is.Unique);
        Assert.That(formats.SelectMany(format => format.Extensions), Is.All.StartsWith("."));
    }
}
