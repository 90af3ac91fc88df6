using Signet.Formats.Msix;
using Signet.Formats.Tests.Signers;
using Signet.Testing.Packages;

namespace Signet.Formats.Tests.Msix;

/// <summary>Packages that break rules are refused with a sentence, by signer and verifier alike.</summary>
[CancelAfter(120_000)]
public sealed class MalformedTests
{
    private static readonly MsixFormat Format = new();

    private static readonly PackageBuilder Small = new() { Files = [("a.txt", PackageBuilder.Content(50), true)] };

    private FormatBench _bench = null!;
    private byte[] _signed = null!;

    [OneTimeSetUp]
    public async Task SetUp()
    {
        _bench = await FormatBench.StartAsync();
        using var signer = InMemorySigner.Create(_bench.Authority, "p256");
        _signed = await FormatBench.SignAsync(Format, Small.Build(), signer, null, FormatBench.Choices(), CancellationToken.None);
    }

    [OneTimeTearDown]
    public async Task TearDown() => await _bench.DisposeAsync();

    private static IEnumerable<TestCaseData> Broken()
    {
        yield return Map("another hash of a block", map => map.Replace("Hash=\"", "Hash=\"AAAA", StringComparison.Ordinal));
        yield return Map("hash that is no base64", map => map.Replace("Hash=\"", "Hash=\"?", StringComparison.Ordinal));
        yield return Map("file too many", map => map.Replace("</BlockMap>", "<File Name=\"b.txt\" Size=\"0\" LfhSize=\"35\"/></BlockMap>", StringComparison.Ordinal));
        yield return Map("file too few", map => map.Replace("a.txt", "b.txt", StringComparison.Ordinal));
        yield return Map("file twice", map => map.Replace("</BlockMap>", "<File Name=\"A.TXT\" Size=\"0\" LfhSize=\"35\"/></BlockMap>", StringComparison.Ordinal));
        yield return Map("size of a file", map => map.Replace("Size=\"50\"", "Size=\"51\"", StringComparison.Ordinal));
        yield return Map("size that is no number", map => map.Replace("Size=\"50\"", "Size=\"-50\"", StringComparison.Ordinal));
        yield return Map("size above 64 bits", map => map.Replace("Size=\"50\"", "Size=\"50000000000000000000\"", StringComparison.Ordinal));
        yield return Map("size of a local header", map => map.Replace("LfhSize=\"35\"", "LfhSize=\"36\"", StringComparison.Ordinal));
        yield return Map("another root", map => map.Replace("BlockMap", "Map", StringComparison.Ordinal));
        yield return Map("document type", map => map.Replace("<BlockMap", "<!DOCTYPE a [<!ENTITY b \"c\">]><BlockMap", StringComparison.Ordinal));
        yield return Map("no XML", _ => "PK");
        yield return Types("another root of the types", types => types.Replace("Types", "Type", StringComparison.Ordinal));
        yield return Types("another type of the signature", types => types.Replace("</Types>", "<Override PartName=\"/AppxSignature.p7x\" ContentType=\"text/xml\"/></Types>", StringComparison.Ordinal));
        yield return Types("default twice", types => types.Replace("</Types>", "<Default Extension=\"EXE\" ContentType=\"text/xml\"/></Types>", StringComparison.Ordinal));
        yield return Types("types in another encoding", types => types.Replace("UTF-8", "ISO-8859-1", StringComparison.Ordinal));

        static TestCaseData Map(string name, Func<string, string> breakIt) =>
            new TestCaseData(Small with { BreakBlockMap = breakIt }).SetArgDisplayNames(name);

        static TestCaseData Types(string name, Func<string, string> breakIt) =>
            new TestCaseData(Small with { BreakTypes = breakIt }).SetArgDisplayNames(name);
    }

    [Test]
    public void Prepare_OfABlockMapOfMoreThan16MB_SaysHowMuchIsRead()
    {
        var package = (Small with { BreakBlockMap = map => map.Replace("<File", new string(' ', 17 << 20) + "<File", StringComparison.Ordinal) }).Build();
        Assert.That(
            async () => await Format.PrepareAsync(new MemoryStream(package), FormatBench.Choices(), CancellationToken.None),
            Throws.TypeOf<SignatureFormatException>().With.Property("Failure").EqualTo(FormatFailure.Unsupported)
                .And.Message.Contains("AppxBlockMap.xml").And.Message.Contains("at most 16777216"));
    }

    [TestCaseSource(nameof(Broken))]
    public void Prepare_OfABrokenPackage_SaysThatItIsMalformed(object builder) => Assert.That(
        async () => await Format.PrepareAsync(
            new MemoryStream(((PackageBuilder)builder).Build()), FormatBench.Choices(), CancellationToken.None),
        Throws.TypeOf<SignatureFormatException>().With.Property("Failure").EqualTo(FormatFailure.Malformed));

    [Test]
    public void Prepare_WithAHashThatIsNotSigned_SaysThatItIsUnsupported()
    {
        var package = (Small with { BreakBlockMap = map => map.Replace("xmlenc#sha256", "xmldsig#sha1", StringComparison.Ordinal) }).Build();
        Assert.That(
            async () => await Format.PrepareAsync(new MemoryStream(package), FormatBench.Choices(), CancellationToken.None),
            Throws.TypeOf<SignatureFormatException>().With.Property("Failure").EqualTo(FormatFailure.Unsupported));
    }

    [TestCase("EXPH")]
    [TestCase("EXBH")]
    public void Find_OfAnEncryptedPackage_LeadsToAClearRefusal(string magic)
    {
        byte[] content = [.. System.Text.Encoding.ASCII.GetBytes(magic), .. new byte[100]];
        var format = FormatCatalog.Default.Find(content, "a.emsix");
        Assert.That(
            async () => await format.PrepareAsync(new MemoryStream(content), FormatBench.Choices(), CancellationToken.None),
            Throws.TypeOf<SignatureFormatException>().With.Message.Contains("encrypted"));
    }

    [TestCase("a.msix")]
    [TestCase("A.AppxBundle")]
    public void Find_OfAPackage_GoesByItsName(string name) =>
        Assert.That(FormatCatalog.Default.Find(_signed, name).Name, Is.EqualTo("msix"));

    [Test]
    public async Task Parsers_OfEveryTruncation_RefuseIt(CancellationToken cancellationToken)
    {
        for (var length = 0; length < _signed.Length; length++)
        {
            var cut = _signed[..length];
            Assert.That(
                async () => await Format.PrepareAsync(
                    new MemoryStream(cut), FormatBench.Choices(ExistingSignatureRule.Replace), cancellationToken),
                Throws.TypeOf<SignatureFormatException>(), $"{length} bytes");
            Assert.That(await HoldsAsync(cut, cancellationToken), Is.False, $"{length} bytes");
        }
    }

    [Test]
    public async Task Parsers_OverRandomChanges_ThrowNothingElse(CancellationToken cancellationToken)
    {
        var random = new Random(20261125);
        var directory = _signed.AsSpan().IndexOf("PK\x1\x2"u8);
        for (var round = 0; round < 3000; round++)
        {
            var package = (byte[])_signed.Clone();
            for (var change = random.Next(1, 6); change > 0; change--)
            {
                // Directory and end records most of all.
                package[random.Next(2) == 0 ? random.Next(directory, package.Length) : random.Next(package.Length)] = (byte)random.Next(256);
            }

            try
            {
                await Format.PrepareAsync(new MemoryStream(package), FormatBench.Choices(ExistingSignatureRule.Replace), cancellationToken);
            }
            catch (SignatureFormatException)
            {
                // As it has to be.
            }

            await HoldsAsync(package, cancellationToken);
        }
    }

    private async Task<bool> HoldsAsync(byte[] package, CancellationToken cancellationToken)
    {
        try
        {
            return (await _bench.VerifyAsync(Format, package, cancellationToken)).Holds;
        }
        catch (SignatureFormatException)
        {
            return false;
        }
    }
}
