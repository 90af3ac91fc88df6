using System.Security.Cryptography;
using Google.Protobuf;
using Signet.EndToEnd.Tests.Node;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;
using Signet.Testing.Agent;

namespace Signet.EndToEnd.Tests.Refusals;

/// <summary>
/// Whoever has no grant gets nothing: each attempt ends with its reason, leaves its record, and no signature. The attempts
/// come over the network port of a real agent whose token is unlocked, so that nothing but the whitelist is in their way.
/// </summary>
[CancelAfter(120_000)]
public sealed class RefusalTests
{
    private const string ExpiredProfile = "expired";
    private const string UngrantedProfile = "ungranted";
    private const string SmallProfile = "small";
    private const string OtherCredential = "other-signer";

    private static readonly byte[] Program = File.ReadAllBytes(SampleProgram.Library);

    private AgentEnvironment _node = null!;
    private long _before;

    [OneTimeSetUp]
    public async Task StartNode()
    {
        var key = new KeyOptions();
        _node = await AgentEnvironment.StartUnlockedAsync(
            new AgentOptions
            {
                Keys = [key, new() { Name = "old", ValidFrom = TimeSpan.FromDays(-9), ValidUntil = TimeSpan.FromHours(-1) }],
                Profiles =
                [
                    new() { Timestamped = false },
                    new() { Name = ExpiredProfile, Key = "old", Timestamped = false },
                    new() { Name = UngrantedProfile, Timestamped = false },
                    new() { Name = SmallProfile, Timestamped = false, Limits = "{ files: 2, fileSize: 2KB }" },
                ],
                Credentials = [Names.Credential, OtherCredential],
                Grants =
                [
                    new() { Profiles = [Names.Profile, ExpiredProfile, SmallProfile] },
                    new() { Credential = OtherCredential, Profiles = [SmallProfile] },
                ],
            },
            CancellationToken.None);
    }

    [OneTimeTearDown]
    public async Task StopNode() => await _node.DisposeAsync();

    [SetUp]
    public async Task Remember() => _before = await LedgerOf.SizeAsync(_node, CancellationToken.None);

    [TearDown]
    public async Task NothingWasSigned() =>
        Assert.That(
            await LedgerOf.ReadAsync(_node, CancellationToken.None, "file-signed", _before), Is.Empty, "A file was signed.");

    [Test]
    public async Task AnyCall_WithoutCredential_IsUnauthenticated(CancellationToken cancellationToken)
    {
        using var caller = _node.Anonymous(withCertificate: true);
        await ExpectAsync(Create(caller), ErrorReason.Unauthenticated, "no-credential", cancellationToken);
    }

    [Test]
    public async Task AnyCall_WithAnUnknownCredential_IsUnauthenticated(CancellationToken cancellationToken)
    {
        using var caller = _node.Controller(credential: new ClientCredential("nobody", _node.Credential().Secret));
        await ExpectAsync(Create(caller), ErrorReason.Unauthenticated, "unknown-credential", cancellationToken);
    }

    [Test]
    public async Task AnyCall_WithAWrongSecret_IsUnauthenticatedWithTheSameWords(CancellationToken cancellationToken)
    {
        using var wrong = _node.Controller(credential: new ClientCredential(Names.Credential, _node.Credential().Secret + "x"));
        var refusal = await ExpectAsync(Create(wrong), ErrorReason.Unauthenticated, "wrong-secret", cancellationToken);

        using var unknown = _node.Controller(credential: new ClientCredential("nobody", "x"));
        var other = await Refused.ByAsync(Create(unknown));
        Assert.That(other.Message, Is.EqualTo(refusal.Message), "The answer tells which names exist.");
    }

    [Test]
    public async Task SignFile_WithoutCredential_IsRefusedBeforeAnythingIsRead(CancellationToken cancellationToken)
    {
        using var caller = _node.Anonymous(withCertificate: true);
        await ExpectAsync(
            () => caller.SignFileAsync(Guid.NewGuid().ToString(), "a.dll", new MemoryStream(Program), cancellationToken),
            ErrorReason.Unauthenticated, "no-credential", cancellationToken);
    }

    [TestCase("sandbox/app/main")]
    [TestCase("products/app")]
    [TestCase("products/app/main/deploy")]
    [TestCase("products/app/Main")]
    [TestCase("PRODUCTS/APP/MAIN")]
    [TestCase("products/app/main/")]
    [TestCase("/products/app/main")]
    [TestCase("products//app/main")]
    [TestCase("products/./app/main")]
    [TestCase("products/other/../app/main")]
    [TestCase("products/app%2Fmain")]
    [TestCase("products%2fapp%2fmain")]
    [TestCase("products/app/ma%69n")]
    [TestCase("products\\app\\main")]
    [TestCase(" products/app/main")]
    [TestCase("products/app/main ")]
    [TestCase("products/app/main\n")]
    [TestCase("products/app/main\0")]
    [TestCase("products/app/m\u0430in", Description = "Cyrillic a")]
    [TestCase("products/app/ma\uFF49n", Description = "full-width i")]
    [TestCase("products/app/main\u200B", Description = "zero width space")]
    [TestCase("products/app/\u202Eniam", Description = "right-to-left override")]
    [TestCase("products/app/main\u0301", Description = "combining accent")]
    [TestCase("*")]
    [TestCase("**")]
    [TestCase("")]
    public async Task CreateRequest_ForAJobThatIsNotGranted_IsNotGranted(string job, CancellationToken cancellationToken)
    {
        using var caller = _node.Controller();
        await ExpectAsync(
            () => caller.CreateRequestAsync(ControllerClient.NewRequest(job, Names.Profile, ("a.dll", Program)), cancellationToken),
            ErrorReason.NotGranted, null, cancellationToken);
        Assert.That((await caller.CheckAccessAsync(job, cancellationToken)).Profiles, Is.Empty);
    }

    [TestCase(UngrantedProfile)]
    [TestCase("no-such-profile")]
    [TestCase("Release")]
    [TestCase("")]
    public async Task CreateRequest_ForAProfileThatIsNotGranted_IsNotGranted(string profile, CancellationToken cancellationToken)
    {
        using var caller = _node.Controller();
        await ExpectAsync(
            () => caller.CreateRequestAsync(ControllerClient.NewRequest(Names.Job, profile, ("a.dll", Program)), cancellationToken),
            ErrorReason.NotGranted, null, cancellationToken);
    }

    [Test]
    public async Task CreateRequest_WithAnotherJobsCredential_IsNotGranted(CancellationToken cancellationToken)
    {
        using var caller = _node.Controller(credential: _node.Credential(OtherCredential));
        await ExpectAsync(Create(caller), ErrorReason.NotGranted, "not-granted", cancellationToken);
    }

    [Test]
    public async Task SignFile_OfAnotherCredentialsRequest_IsUnknown(CancellationToken cancellationToken)
    {
        using var owner = _node.Controller();
        var request = await owner.CreateRequestAsync(
            ControllerClient.NewRequest(Names.Job, Names.Profile, ("a.dll", Program)), cancellationToken);
        using var caller = _node.Controller(credential: _node.Credential(OtherCredential));
        await ExpectAsync(
            () => caller.SignFileAsync(request.RequestId, "a.dll", new MemoryStream(Program), cancellationToken),
            ErrorReason.UnknownRequest, "unknown-request", cancellationToken);
    }

    [Test]
    public async Task SignFile_OfAFileThatIsNotInTheManifest_IsAMismatch(CancellationToken cancellationToken)
    {
        using var caller = _node.Controller();
        var request = await caller.CreateRequestAsync(
            ControllerClient.NewRequest(Names.Job, Names.Profile, ("a.dll", Program)), cancellationToken);
        await ExpectFailureAsync(
            () => caller.SignFileAsync(request.RequestId, "b.dll", new MemoryStream(Program), cancellationToken),
            ErrorReason.ManifestMismatch, cancellationToken);
    }

    [Test]
    public async Task SignFile_OfAnotherContentThanTheManifestHas_IsAMismatch(CancellationToken cancellationToken)
    {
        using var caller = _node.Controller();
        var request = await caller.CreateRequestAsync(
            ControllerClient.NewRequest(Names.Job, Names.Profile, ("a.dll", Program)), cancellationToken);
        var other = (byte[])Program.Clone();
        other[^1] ^= 1;
        await ExpectFailureAsync(
            () => caller.SignFileAsync(request.RequestId, "a.dll", new MemoryStream(other), cancellationToken),
            ErrorReason.ManifestMismatch, cancellationToken);
    }

    [Test]
    public async Task SignFile_WithMoreBytesThanTheManifestHas_IsAMismatch(CancellationToken cancellationToken)
    {
        using var caller = _node.Controller();
        var request = await caller.CreateRequestAsync(
            ControllerClient.NewRequest(Names.Job, Names.Profile, ("a.dll", Program)), cancellationToken);
        await ExpectFailureAsync(
            () => caller.SignFileAsync(request.RequestId, "a.dll", new MemoryStream([.. Program, 0]), cancellationToken),
            ErrorReason.ManifestMismatch, cancellationToken);
    }

    [Test]
    public async Task SignFile_WithFewerBytesThanTheManifestHas_IsCorrupt(CancellationToken cancellationToken)
    {
        using var caller = _node.Controller();
        var request = await caller.CreateRequestAsync(
            ControllerClient.NewRequest(Names.Job, Names.Profile, ("a.dll", Program)), cancellationToken);
        await ExpectFailureAsync(
            () => caller.SignFileAsync(request.RequestId, "a.dll", new MemoryStream(Program, 0, Program.Length - 1), cancellationToken),
            ErrorReason.UploadCorrupt, cancellationToken);
    }

    [Test]
    public async Task SignFile_OfSomethingThatIsNoProgram_IsUnsupported(CancellationToken cancellationToken)
    {
        using var caller = _node.Controller();
        var text = "no program at all"u8.ToArray();
        await ExpectFailureAsync(
            () => caller.SignAsync(Names.Job, Names.Profile, "a.dll", text, cancellationToken),
            ErrorReason.UnsupportedFormat, cancellationToken);
    }

    [Test]
    public async Task SignFile_OfATruncatedProgram_IsMalformed(CancellationToken cancellationToken)
    {
        using var caller = _node.Controller();
        await ExpectFailureAsync(
            () => caller.SignAsync(Names.Job, Names.Profile, "a.dll", Program[..^512], cancellationToken),
            ErrorReason.MalformedFile, cancellationToken);
    }

    [Test]
    public async Task CreateRequest_WithMoreFilesThanTheProfileAllows_ExceedsALimit(CancellationToken cancellationToken)
    {
        using var caller = _node.Controller();
        var request = ControllerClient.NewRequest(
            Names.Job, SmallProfile, ("a.dll", [1]), ("b.dll", [2]), ("c.dll", [3]));
        await ExpectAsync(
            () => caller.CreateRequestAsync(request, cancellationToken), ErrorReason.LimitExceeded, "limit-exceeded", cancellationToken);
    }

    [Test]
    public async Task CreateRequest_WithALargerFileThanTheProfileAllows_ExceedsALimit(CancellationToken cancellationToken)
    {
        using var caller = _node.Controller();
        var request = ControllerClient.NewRequest(Names.Job, SmallProfile, ("a.dll", Program));
        await ExpectAsync(
            () => caller.CreateRequestAsync(request, cancellationToken), ErrorReason.LimitExceeded, "limit-exceeded", cancellationToken);
    }

    [Test]
    public async Task CreateRequest_WhenTheCertificateHasExpired_IsRefused(CancellationToken cancellationToken)
    {
        using var caller = _node.Controller();
        var request = ControllerClient.NewRequest(Names.Job, ExpiredProfile, ("a.dll", Program));
        await ExpectAsync(
            () => caller.CreateRequestAsync(request, cancellationToken), ErrorReason.CertificateInvalid, "key-not-usable", cancellationToken);
    }

    [TestCase("")]
    [TestCase("1")]
    [TestCase("A0B0C0D0-0000-4000-8000-000000000000")]
    public async Task CreateRequest_WithoutAProperId_IsInvalid(string id, CancellationToken cancellationToken)
    {
        using var caller = _node.Controller();
        var request = ControllerClient.NewRequest(Names.Job, Names.Profile, ("a.dll", Program));
        request.RequestId = id;
        await ExpectAsync(
            () => caller.CreateRequestAsync(request, cancellationToken), ErrorReason.InvalidRequest, "invalid-request", cancellationToken);
    }

    [TestCase("../a.dll")]
    [TestCase("/a.dll")]
    [TestCase("a//b.dll")]
    [TestCase("a\\b.dll")]
    [TestCase("a\u202Elld.exe")]
    [TestCase("")]
    public async Task CreateRequest_WithAFileNameThatReadsAsAnother_IsInvalid(string name, CancellationToken cancellationToken)
    {
        using var caller = _node.Controller();
        var request = ControllerClient.NewRequest(Names.Job, Names.Profile, (name, Program));
        await ExpectAsync(
            () => caller.CreateRequestAsync(request, cancellationToken), ErrorReason.InvalidRequest, "invalid-request", cancellationToken);
    }

    [Test]
    public async Task CreateRequest_WithAnIdThatStandsForOtherFiles_IsInvalid(CancellationToken cancellationToken)
    {
        using var caller = _node.Controller();
        var request = ControllerClient.NewRequest(Names.Job, Names.Profile, ("a.dll", Program));
        await caller.CreateRequestAsync(request, cancellationToken);
        request.Files[0].Sha256 = ByteString.CopyFrom(SHA256.HashData("other"u8));
        await ExpectAsync(
            () => caller.CreateRequestAsync(request, cancellationToken), ErrorReason.InvalidRequest, "invalid-request", cancellationToken);
    }

    [Test]
    public async Task AnyCall_InAFloodOfRefusedOnes_IsRefusedAndTheLedgerDoesNotGrowWithIt(CancellationToken cancellationToken)
    {
        const int Flood = 200;
        using var caller = _node.Anonymous(withCertificate: true);
        for (var call = 0; call < Flood; call++)
        {
            Assert.That((await Refused.ByAsync(Create(caller))).Reason, Is.EqualTo(ErrorReason.Unauthenticated));
        }

        var records = await LedgerOf.ReadAsync(_node, cancellationToken, "access-refused", _before);
        Assert.That(records, Has.Count.GreaterThan(10).And.Count.LessThan(Flood));
    }

    [Test]
    public async Task SignFile_OfACancelledRequest_IsCancelled(CancellationToken cancellationToken)
    {
        using var caller = _node.Controller();
        var request = await caller.CreateRequestAsync(
            ControllerClient.NewRequest(Names.Job, Names.Profile, ("a.dll", Program)), cancellationToken);
        await caller.Stub.CancelRequestAsync(
            new CancelRequestRequest { RequestId = request.RequestId }, caller.Headers, cancellationToken: cancellationToken);
        await ExpectFailureAsync(
            () => caller.SignFileAsync(request.RequestId, "a.dll", new MemoryStream(Program), cancellationToken),
            ErrorReason.Cancelled, cancellationToken);
    }

    [Test]
    public async Task SignFile_WhenTheTokenIsLocked_SaysWhatToDo(CancellationToken cancellationToken)
    {
        await _node.RunAsync(["lock", Names.Token], cancellationToken);
        try
        {
            using var caller = _node.Controller();
            var refusal = await ExpectFailureAsync(
                () => caller.SignAsync(Names.Job, Names.Profile, "a.dll", Program, cancellationToken),
                ErrorReason.TokenLocked, cancellationToken);
            Assert.That(refusal.Message, Does.Contain("signet unlock " + Names.Token));
        }
        finally
        {
            await _node.UnlockAsync(cancellationToken);
        }
    }

    private static Func<Task> Create(ControllerClient caller) => () => caller.CreateRequestAsync(
        ControllerClient.NewRequest(Names.Job, Names.Profile, ("a.dll", Program)), CancellationToken.None);

    /// <summary>The call is refused, and the refusal is on record.</summary>
    private async Task<SigningException> ExpectAsync(
        Func<Task> call, ErrorReason reason, string? refusal, CancellationToken cancellationToken)
    {
        var exception = await Refused.ByAsync(call);
        var records = await LedgerOf.ReadAsync(_node, cancellationToken, "access-refused", _before);
        Assert.Multiple(() =>
        {
            Assert.That(exception.Reason, Is.EqualTo(reason), exception.Message);
            Assert.That(records, Is.Not.Empty, "The refusal is not in the ledger.");
            Assert.That(records[^1].Text("reason"), Is.EqualTo(ErrorReasons.WireName(reason)));
            if (refusal is not null)
            {
                Assert.That(records[^1].Text("refusal"), Is.EqualTo(refusal));
            }
        });
        return exception;
    }

    /// <summary>A file of an open request is refused, and that is on record.</summary>
    private async Task<SigningException> ExpectFailureAsync(Func<Task> call, ErrorReason reason, CancellationToken cancellationToken)
    {
        var exception = await Refused.ByAsync(call);
        var records = await LedgerOf.ReadAsync(_node, cancellationToken, "file-failed", _before);
        Assert.Multiple(() =>
        {
            Assert.That(exception.Reason, Is.EqualTo(reason), exception.Message);
            Assert.That(records, Has.Count.EqualTo(1), "The failure is not in the ledger.");
            Assert.That(records[0].Text("reason"), Is.EqualTo(ErrorReasons.WireName(reason)));
        });
        return exception;
    }
}
