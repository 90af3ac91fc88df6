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

    [Test]
    public void All_Always_HasNamesAndExtensionsOnlyOnce()
    {
        var formats = FormatCatalog.Default.All;
        Assert.That(formats.Select(format => format.Name), Is.Unique);
        Assert.That(formats.SelectMany(format => format.Extensions), Is.Unique);
        Assert.That(formats.SelectMany(format => format.Extensions), Is.All.StartsWith("."));
    }
}
