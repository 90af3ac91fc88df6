using System.Security.Cryptography;
using Google.Protobuf;
using Grpc.Core;
using Signet.EndToEnd.Tests.Node;
using Signet.Protocol.Local;
using Signet.Protocol.V1;
using Signet.Testing.Agent;

namespace Signet.EndToEnd.Tests.Refusals;

/// <summary>A job that is granted cannot have the agent hold more than the call needs, nor write more into its ledger.</summary>
[CancelAfter(120_000)]
public sealed class MessageLimitTests
{
    private AgentEnvironment _node = null!;
    private ControllerClient _caller = null!;

    [OneTimeSetUp]
    public async Task StartNode()
    {
        _node = await AgentEnvironment.StartUnlockedAsync(
            new AgentOptions { Profiles = [new() { Timestamped = false, Approvals = 1, Limits = "{ files: 100000 }" }] },
            CancellationToken.None);
        _caller = _node.Controller();
    }

    [OneTimeTearDown]
    public async Task StopNode()
    {
        _caller.Dispose();
        await _node.DisposeAsync();
    }

    [Test]
    public async Task AnyCall_WithACompressedMessage_IsUnimplemented(CancellationToken cancellationToken)
    {
        Metadata headers = [.. _caller.Headers, new Metadata.Entry("grpc-internal-encoding-request", "gzip")];
        var request = new CheckAccessRequest { JobFullName = new string('a', 10_000) };

        Assert.That(
            await StatusOfAsync(_caller.Stub.CheckAccessAsync(request, headers, cancellationToken: cancellationToken).ResponseAsync),
            Is.EqualTo(StatusCode.Unimplemented));
    }

    [TestCase(512 << 10, StatusCode.OK)]
    [TestCase(2 << 20, StatusCode.ResourceExhausted)]
    public async Task CheckAccess_WithALargeMessage_IsTakenUpToAMegabyte(int bytes, StatusCode expected, CancellationToken cancellationToken)
    {
        var call = _caller.CheckAccessAsync(new string('a', bytes), cancellationToken);

        Assert.That(await StatusOfAsync(call), Is.EqualTo(expected));
    }

    [Test]
    public async Task CreateRequest_WithAManifestOfEmptyEntries_IsRefusedAndRecorded(CancellationToken cancellationToken)
    {
        var before = await LedgerOf.SizeAsync(_node, cancellationToken);
        var request = ControllerClient.NewRequest(
            Names.Job, Names.Profile, Enumerable.Range(0, 1_000_000).Select(_ => new ManifestFile()));

        var refusal = await Refused.ByAsync(() => _caller.CreateRequestAsync(request, cancellationToken));

        Assert.That(refusal.Reason, Is.EqualTo(ErrorReason.LimitExceeded));
        Assert.That(refusal.Message, Does.Contain("100000 entries"));
        var record = (await LedgerOf.ReadAsync(_node, cancellationToken, "access-refused", before)).Single();
        Assert.That(record.Text("refusal"), Is.EqualTo("limit-exceeded"));
        Assert.That(record.Text("controller"), Is.EqualTo(Names.Controller));
    }

    [Test]
    public async Task CreateRequest_WithSixtyThousandFiles_IsTaken(CancellationToken cancellationToken)
    {
        var sha256 = ByteString.CopyFrom(SHA256.HashData("a"u8));
        var files = Enumerable.Range(0, 60_000)
            .Select(number => new ManifestFile { Name = $"{new string('d', 200)}/{number}.dll", SizeBytes = 1, Sha256 = sha256 });

        var created = await _caller.CreateRequestAsync(
            ControllerClient.NewRequest(Names.Job, Names.Profile, files), cancellationToken);

        Assert.That(created.State, Is.EqualTo(RequestState.Pending));
        await _caller.Stub.CancelRequestAsync(
            new CancelRequestRequest { RequestId = created.RequestId }, _caller.Headers, cancellationToken: cancellationToken);
    }

    [Test]
    public async Task CreateRequest_WithFieldsThatNobodyKnows_KeepsNoneOfThem(CancellationToken cancellationToken)
    {
        // Field 1000, length-delimited: in the request, its build, its options and its file.
        var unknown = new byte[5 << 20];
        new byte[] { 0xC2, 0x3E, 0xFA, 0xFF, 0xBF, 0x02 }.CopyTo(unknown, 0);
        var request = ControllerClient.NewRequest(Names.Job, Names.Profile, ("a.dll", [1]));
        request.MergeFrom(unknown);
        request.Build.MergeFrom(unknown);
        request.Options.MergeFrom(unknown);
        request.Files[0].MergeFrom(unknown);
        Assert.That(request.CalculateSize(), Is.GreaterThan(20 << 20));

        var created = await _caller.CreateRequestAsync(request, cancellationToken);

        using var channel = LocalChannel.Connect(_node.Files.OperatorSocket);
        var shown = await new Operator.OperatorClient(channel).GetRequestAsync(
            new GetRequestRequest { RequestId = created.RequestId }, cancellationToken: cancellationToken);
        Assert.That(created.CalculateSize(), Is.LessThan(10_000));
        Assert.That(shown.CalculateSize(), Is.LessThan(10_000));
    }

    [Test]
    public async Task SignFile_WithAnEndlessName_WritesLittleOfIt(CancellationToken cancellationToken)
    {
        var before = await LedgerOf.SizeAsync(_node, cancellationToken);
        var request = await _caller.CreateRequestAsync(
            ControllerClient.NewRequest(Names.Job, Names.Profile, ("a.dll", [1])), cancellationToken);
        var name = new string('n', 1_000_000);

        var refusal = await Refused.ByAsync(
            () => _caller.SignFileAsync(request.RequestId, name, new MemoryStream([1]), cancellationToken));

        Assert.That(refusal.Reason, Is.EqualTo(ErrorReason.InvalidRequest));
        Assert.That(refusal.Message, Has.Length.LessThan(200));
        var records = await LedgerOf.ReadAsync(_node, cancellationToken, from: before);
        Assert.That(records.Select(record => record.Fields.GetRawText().Length), Is.All.LessThan(4000));
        Assert.That(records[^1].Text("refusal"), Is.EqualTo("invalid-request"));
        Assert.That(_node.Agent.Output, Does.Not.Contain(name));
    }

    [Test]
    public async Task SignFile_WithALargeChunk_IsRefused(CancellationToken cancellationToken)
    {
        using var call = _caller.Stub.SignFile(_caller.Headers, cancellationToken: cancellationToken);
        var sending = call.RequestStream.WriteAsync(
            new SignFileRequest { Chunk = ByteString.CopyFrom(new byte[3 << 20]) }, cancellationToken);

        Assert.That(
            await StatusOfAsync(call.ResponseStream.MoveNext(cancellationToken)), Is.EqualTo(StatusCode.ResourceExhausted));
        await Task.WhenAny(sending);
    }

    private static async Task<StatusCode> StatusOfAsync(Task call)
    {
        try
        {
            await call;
            return StatusCode.OK;
        }
        catch (RpcException exception)
        {
            return exception.StatusCode;
        }
    }
}
