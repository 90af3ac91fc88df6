using Signet.Formats.Tests.Signers;
using Signet.Formats.Vsix;
using Signet.Testing.Packages;

namespace Signet.Formats.Tests.Vsix;

/// <summary>Packages that break rules are refused with a sentence, by signer and verifier alike.</summary>
[CancelAfter(120_000)]
public sealed class MalformedTests
{
    private static readonly VsixFormat Format = new(TimeProvider.System);

    private static readonly VsixBuilder Small = new() { Files = [("a.json", "{}"u8.ToArray())] };

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
        const string Types = VsixBuilder.Types;
        const string Relationships = VsixBuilder.Relationships;
        yield return Case("no manifest", Small with { HasManifest = false });
        yield return Case("types with another root", Small with { ContentTypes = Types.Replace("Types", "Type", StringComparison.Ordinal) });
        yield return Case("types that are no XML", Small with { ContentTypes = "<" });
        yield return Case("types with a document type", Small with { ContentTypes = Types.Replace("<Types", "<!DOCTYPE a [<!ENTITY b \"c\">]><Types", StringComparison.Ordinal) });
        yield return Case("default twice", Small with { ContentTypes = Types.Replace("</Types>", "<Default Extension=\"DLL\" ContentType=\"a/b\"/></Types>", StringComparison.Ordinal) });
        yield return Case("another root of the relationships", Small with { PackageRelationships = Relationships.Replace("Relationships", "Relations", StringComparison.Ordinal) });
        yield return Case("the same Id twice", Small with { PackageRelationships = Relationships.Replace("R1", "R2", StringComparison.Ordinal) });
        yield return Case("relationship without a target", Small with { PackageRelationships = Relationships.Replace("Target=", "Goal=", StringComparison.Ordinal) });
        yield return Case("relationship with an element of others", Small with { PackageRelationships = Relationships.Replace("</Relationships>", "<x xmlns=\"y\"/></Relationships>", StringComparison.Ordinal) });
        yield return Case("origin that is missing", Small with { PackageRelationships = Relationships.Replace("http://example.com/home", "http://schemas.openxmlformats.org/package/2006/relationships/digital-signature/origin", StringComparison.Ordinal) });
        yield return Case("name with a blank", Small with { Files = [("a b.json", [])] });
        yield return Case("name with an umlaut", Small with { Files = [("ä.json", [])] });
        yield return Case("name that ends with a dot", Small with { Files = [("a/b./c.json", [])] });
        yield return Case("names that differ by case", Small with { Files = [("a.json", []), ("A.json", [])] });

        static TestCaseData Case(string name, VsixBuilder builder) => new TestCaseData(builder).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Broken))]
    public void Prepare_OfABrokenPackage_SaysThatItIsMalformed(object builder) => Assert.That(
        async () => await Format.PrepareAsync(
            new MemoryStream(((VsixBuilder)builder).Build()), FormatBench.Choices(), CancellationToken.None),
        Throws.TypeOf<SignatureFormatException>().With.Property("Failure").EqualTo(FormatFailure.Malformed));

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
        for (var round = 0; round < 2000; round++)
        {
            var package = (byte[])_signed.Clone();
            for (var change = random.Next(1, 6); change > 0; change--)
            {
                package[random.Next(2) == 0 ? random.Next(directory, package.Length) : random.Next(package.Length)] = (byte)random.Next(256);
            }

            await TryAsync(package, cancellationToken);
        }
    }

    [TestCase(".psdsxs")]
    [TestCase("_rels/.rels")]
    [TestCase("origin.psdor.rels")]
    [TestCase("[Content_Types].xml")]
    public async Task Parsers_OverRandomChangesOfTheirXml_ThrowNothingElse(string part, CancellationToken cancellationToken)
    {
        var random = new Random(20261125);
        var name = VsixParts.Names(_signed).First(candidate => candidate.EndsWith(part, StringComparison.Ordinal));
        for (var round = 0; round < 500; round++)
        {
            await TryAsync(
                VsixParts.With(_signed, name, content =>
                {
                    for (var change = random.Next(1, 4); change > 0; change--)
                    {
                        content[random.Next(content.Length)] = (byte)"\"<>/ax=?&#;"[random.Next(11)];
                    }
                }),
                cancellationToken);
        }
    }

    [TestCase(".psdsxs", "</SignedInfo>")]
    [TestCase("origin.psdor.rels", "</Relationships>")]
    public void Verify_OfElementsNestedVeryDeep_SaysThatItIsMalformed(string part, string before)
    {
        // What goes into each of them by recursion would end the process, and no catch would see it.
        var deep = string.Concat(Enumerable.Repeat("<a>", 1_000_000)) + string.Concat(Enumerable.Repeat("</a>", 1_000_000));
        Assert.That(
            async () => await _bench.VerifyAsync(
                Format, Changed(part, xml => xml.Replace(before, deep + before, StringComparison.Ordinal)), CancellationToken.None),
            Throws.TypeOf<SignatureFormatException>().With.Message.Contains("one in the other"));
    }

    [TestCase("1.1")]
    [TestCase("1.0c")]
    [TestCase("1.0 encoding=")]
    public void Verify_OfXmlOfAnotherVersion_SaysThatItIsMalformed(string version) => Assert.That(
        async () => await _bench.VerifyAsync(
            Format,
            Changed(".psdsxs", xml => $"<?xml version=\"{version}\"?>" + xml[xml.IndexOf("<Signature", StringComparison.Ordinal)..]),
            CancellationToken.None),
        Throws.TypeOf<SignatureFormatException>().With.Property("Failure").EqualTo(FormatFailure.Malformed));

    private byte[] Changed(string part, Func<string, string> change) => VsixParts.Replace(
        _signed, VsixParts.Names(_signed).First(candidate => candidate.EndsWith(part, StringComparison.Ordinal)), change);

    private async Task TryAsync(byte[] package, CancellationToken cancellationToken)
    {
        try
        {
            await Format.PrepareAsync(new MemoryStream(package), FormatBench.Choices(ExistingSignatureRule.Append), cancellationToken);
        }
        catch (SignatureFormatException)
        {
            // As it has to be.
        }

        await HoldsAsync(package, cancellationToken);
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
