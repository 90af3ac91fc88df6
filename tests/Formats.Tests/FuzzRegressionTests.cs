using Signet.Fuzz;

namespace Signet.Formats.Tests;

/// <summary>What fuzzing once found stays mended, and a short run of it finds nothing new. The long one is dotnet cake --target=Fuzz.</summary>
public sealed class FuzzRegressionTests
{
    private IdleSigner _signer = null!;

    private static IEnumerable<ISignatureFormat> Formats => FormatCatalog.Default.All;

    [OneTimeSetUp]
    public void SetUp() => _signer = new IdleSigner();

    [OneTimeTearDown]
    public void TearDown() => _signer.Dispose();

    private static IEnumerable<TestCaseData> Found() => Formats.SelectMany(format => FormatSeeds.Found(format.Name).Select(
        file => new TestCaseData(format, file).SetArgDisplayNames(format.Name, Path.GetFileName(file))));

    private static IEnumerable<TestCaseData> Seeded() => Formats.Where(format => FormatSeeds.Seeds(format.Name).Count > 0)
        .Select(format => new TestCaseData(format).SetArgDisplayNames(format.Name));

    // Mutated signatures that never held are turned away early, and what is behind is not reached.
    [TestCaseSource(nameof(Seeded))]
    public async Task ReadAsync_OfAFormatWithSignatures_GivesSeedsThatHold(ISignatureFormat format)
    {
        var trust = _signer.Trust(buildChains: true);
        var content = new MemoryStream(await File.ReadAllBytesAsync(FormatSeeds.Seeds(format.Name)[0]));
        var reports = new List<VerificationReport>();
        foreach (var seed in (await SeedFiles.ReadAsync(format, _signer)).Select(seed => new MemoryStream(seed)))
        {
            try
            {
                reports.Add(format is IDetachedFormat detached
                    ? await detached.VerifyDetachedAsync(content, seed, trust, CancellationToken.None)
                    : await format.VerifyAsync(seed, trust, CancellationToken.None));
            }
            catch (SignatureFormatException)
            {
                // The content of a detached signature is a seed too.
            }
        }

        Assert.That(reports.Any(report => report.Holds), Is.EqualTo(format.Name != "zip"));
    }

    [TestCaseSource(nameof(Found))]
    public async Task Parsers_OfWhatWasFound_HoldToTheRules(ISignatureFormat format, string file) =>
        Assert.That(HostileInput.Try(format, await File.ReadAllBytesAsync(file), _signer, buildChains: true), Is.Null);

    [TestCaseSource(nameof(Seeded))]
    public async Task Parsers_OfMutatedSeeds_HoldToTheRules(ISignatureFormat format)
    {
        var seeds = await SeedFiles.ReadAsync(format, _signer);
        var mutator = new Mutator(5);
        for (var number = 0; number < 200; number++)
        {
            var input = mutator.Mutate(seeds[number % seeds.Count], seeds[number / seeds.Count % seeds.Count]);
            Assert.That(HostileInput.Try(format, input, _signer, buildChains: number % 8 == 0), Is.Null, () => Convert.ToHexString(input));
        }
    }
}
