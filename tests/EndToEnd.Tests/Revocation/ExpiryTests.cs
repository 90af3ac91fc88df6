using Signet.EndToEnd.Tests.Node;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;
using Signet.Testing.Agent;

namespace Signet.EndToEnd.Tests.Revocation;

/// <summary>An upload that is open when the time of its request comes. The shortest time that there is is a minute.</summary>
[CancelAfter(180_000)]
public sealed class ExpiryTests
{
    private static readonly byte[] Program = File.ReadAllBytes(SampleProgram.Library);

    [Test]
    public async Task SignFile_WhenItsRequestExpiresMeanwhile_EndsByItself(CancellationToken cancellationToken)
    {
        await using var node = await AgentEnvironment.StartUnlockedAsync(
            new AgentOptions { Profiles = [new() { Timestamped = false, Limits = "{ signingWindow: 1m }" }] }, cancellationToken);
        using var caller = node.Controller();
        var request = await caller.CreateRequestAsync(
            ControllerClient.NewRequest(Names.Job, Names.Profile, ("a.dll", Program)), cancellationToken);
        using var upload = await OpenUpload.BeginAsync(
            node, caller, request.RequestId, "a.dll", Program, Program.Length / 2, cancellationToken);
        var ended = await Refused.ByAsync(() => upload.EndAsync(cancellationToken));
        var failures = await LedgerOf.ReadAsync(node, cancellationToken, "file-failed");
        Assert.Multiple(() =>
        {
            Assert.That(ended.Reason, Is.EqualTo(ErrorReason.Expired), ended.Message);
            Assert.That(failures.Select(record => record.Text("reason")), Is.EqualTo(new[] { ErrorReasons.WireName(ErrorReason.Expired) }));
        });
    }
}
