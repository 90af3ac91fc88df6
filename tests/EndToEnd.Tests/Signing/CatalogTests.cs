using System.Security.Cryptography;
using Google.Protobuf;
using Signet.EndToEnd.Tests.Node;
using Signet.Protocol.V1;
using Signet.Testing.Agent;

namespace Signet.EndToEnd.Tests.Signing;

/// <summary>One signature over many files: the catalog that a real agent makes.</summary>
[CancelAfter(120_000)]
public sealed class CatalogTests
{
    private const string Catalog = "dist/release.cat";

    private static readonly (string Name, byte[] Content)[] Files =
    [
        ("dist/hello.dll", File.ReadAllBytes(SampleProgram.Library)),
        ("dist/hello.exe", File.ReadAllBytes(SampleProgram.Executable)),
        ("dist/run.ps1", System.Text.Encoding.ASCII.GetBytes("Write-Host 1\r\n" + new string('\n', 200))),
        ("readme.txt", "read me"u8.ToArray()),
    ];

    private AgentEnvironment _node = null!;

    [OneTimeSetUp]
    public async Task StartNode() => _node = await AgentEnvironment.StartUnlockedAsync(
        new AgentOptions { Profiles = [new() { Formats = ["cat", "pe"], Approvals = 1 }] }, CancellationToken.None);

    [OneTimeTearDown]
    public async Task StopNode() => await _node.DisposeAsync();

    [Test]
    public async Task SignFile_OfACatalog_SignsOnceForAllFiles(CancellationToken cancellationToken)
    {
        using var caller = _node.Controller();
        var request = await CatalogCalls.OpenAsync(caller, Catalog, Files, cancellationToken);
        var refusal = await Refused.ByAsync(() => CatalogCalls.SignAsync(caller, request, Files[0], cancellationToken));
        Assert.That(refusal.Reason, Is.EqualTo(ErrorReason.NotApproved));
        await ApproveAsync(request, cancellationToken);
        refusal = await Refused.ByAsync(() => CatalogCalls.SignAsync(caller, request, (Catalog, []), cancellationToken));
        Assert.That(refusal.Reason, Is.EqualTo(ErrorReason.InvalidRequest), "The catalog was made without its files.");

        foreach (var file in Files)
        {
            var member = await CatalogCalls.SignAsync(caller, request, file, cancellationToken);
            Assert.That(member.Edits, Is.Empty);
            Assert.That(member.Result.Catalog, Is.EqualTo(Catalog));
            Assert.That(member.Result.SignedSha256, Is.EqualTo(ByteString.CopyFrom(SHA256.HashData(file.Content))));
            Assert.That(member.Result.CertificateSubject, Is.Empty);
            Assert.That(member.Result.Receipt, Is.Not.Null);
        }

        refusal = await Refused.ByAsync(() => CatalogCalls.SignAsync(caller, request, (Catalog, [1]), cancellationToken));
        Assert.That(refusal.Reason, Is.EqualTo(ErrorReason.InvalidRequest), "Content was taken for the catalog.");
        var signed = await CatalogCalls.SignAsync(caller, request, (Catalog, []), cancellationToken);
        Assert.That(signed.Result.Format, Is.EqualTo("cat"));
        var content = EditedFile.Apply([], signed.Edits);
        Assert.That(signed.Result.SignedSha256, Is.EqualTo(ByteString.CopyFrom(SHA256.HashData(content))));

        // A repeat is answered from what is stored.
        Assert.That(EditedFile.Apply([], (await CatalogCalls.SignAsync(caller, request, (Catalog, []), cancellationToken)).Edits), Is.EqualTo(content));
        await CatalogCalls.AssertCoveredAsync(_node, content, Files, cancellationToken);
        await AssertRecordedAsync(request, content, cancellationToken);
    }

    [Test]
    public async Task CreateRequest_WithAnotherCatalog_IsAnotherManifest(CancellationToken cancellationToken)
    {
        using var caller = _node.Controller();
        var without = await CatalogCalls.OpenAsync(caller, string.Empty, Files, cancellationToken);
        var one = await CatalogCalls.OpenAsync(caller, "one.cat", Files, cancellationToken);
        var two = await CatalogCalls.OpenAsync(caller, "two.cat", Files, cancellationToken);
        Assert.That(new[] { without.ManifestSha256, one.ManifestSha256, two.ManifestSha256 }, Is.Unique);
        Assert.That(one.Files.Select(file => file.File.Name), Does.Contain("one.cat"));
    }

    [TestCase("release.txt")]
    [TestCase("../release.cat")]
    [TestCase("readme.TXT")]
    public async Task CreateRequest_WithAWrongName_IsInvalid(string catalog)
    {
        using var caller = _node.Controller();
        var refusal = await Refused.ByAsync(() => CatalogCalls.OpenAsync(caller, catalog, Files, CancellationToken.None));
        Assert.That(refusal.Reason, Is.EqualTo(ErrorReason.InvalidRequest));
    }

    [Test]
    public async Task CreateRequest_WithACatalogAndWhatASignatureOfItsOwnHas_IsInvalid(CancellationToken cancellationToken)
    {
        using var caller = _node.Controller();
        foreach (var (options, field) in new[]
        {
            (new SigningOptions { Catalog = Catalog, PageHashes = true }, "options.page_hashes and options.catalog are both set"),
            (new SigningOptions { Catalog = Catalog, Format = "pe" }, "options.format and options.catalog are both set"),
        })
        {
            var request = ControllerClient.NewRequest(Names.Job, Names.Profile, Files);
            request.Options = options;
            var refusal = await Refused.ByAsync(() => caller.CreateRequestAsync(request, cancellationToken));
            Assert.That(refusal.Reason, Is.EqualTo(ErrorReason.InvalidRequest));
            Assert.That(refusal.Message, Does.Contain(field));
        }
    }

    private async Task AssertRecordedAsync(SigningRequest request, byte[] content, CancellationToken cancellationToken)
    {
        var records = (await LedgerOf.ReadAsync(_node, cancellationToken))
            .Where(record => record.Text("requestId") == request.RequestId).ToList();
        Assert.That(records.Count(record => record.Kind == "file-cataloged"), Is.EqualTo(Files.Length));
        var signature = records.Single(record => record.Kind == "file-signed");
        Assert.That(signature.Text("signedSha256"), Is.EqualTo(Convert.ToHexStringLower(SHA256.HashData(content))));
        Assert.That(
            signature.Fields.GetProperty("members").EnumerateArray().Select(member => member.GetProperty("sha256").GetString()),
            Is.EqualTo(Files.Select(file => Convert.ToHexStringLower(SHA256.HashData(file.Content)))));
        Assert.That(records[^1].Kind, Is.EqualTo("request-completed"));
    }

    private async Task ApproveAsync(SigningRequest request, CancellationToken cancellationToken)
    {
        var approved = await _node.RunAsync(
            ["requests", "approve", request.RequestId, "--manifest", Convert.ToHexStringLower(request.ManifestSha256.Span)], cancellationToken);
        Assert.That(approved.ExitCode, Is.Zero, approved.All);
    }
}
