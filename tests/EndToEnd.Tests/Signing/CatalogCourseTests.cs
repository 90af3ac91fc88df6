using System.Text;
using Signet.EndToEnd.Tests.Node;
using Signet.Protocol.V1;
using Signet.Testing.Agent;

namespace Signet.EndToEnd.Tests.Signing;

/// <summary>What can come in between while the files of a catalog arrive: the end of the agent, and the limit of the hour.</summary>
[CancelAfter(180_000)]
public sealed class CatalogCourseTests
{
    private const string Catalog = "release.cat";

    private static readonly (string Name, byte[] Content)[] Files =
    [
        ("hello.exe", File.ReadAllBytes(SampleProgram.Executable)),
        ("hello.dll", File.ReadAllBytes(SampleProgram.Library)),
        ("a.txt", Encoding.ASCII.GetBytes("read me")),
    ];

    [Test]
    public async Task SignFile_OfACatalogWhoseAgentEndsInBetween_GoesOnWithWhatHasArrived(CancellationToken cancellationToken)
    {
        await using var node = await AgentEnvironment.StartUnlockedAsync(
            new AgentOptions { Profiles = [new() { Formats = ["cat"] }] }, cancellationToken);
        SigningRequest request;
        var first = new List<SignedUpload>();
        using (var caller = node.Controller())
        {
            request = await CatalogCalls.OpenAsync(caller, Catalog, Files, cancellationToken);
            foreach (var file in Files[..2])
            {
                first.Add(await CatalogCalls.SignAsync(caller, request, file, cancellationToken));
            }
        }

        await RestartAsync(node, cancellationToken);
        byte[] signed;
        using (var caller = node.Controller())
        {
            var refusal = await Refused.ByAsync(() => CatalogCalls.SignAsync(caller, request, (Catalog, []), cancellationToken));
            Assert.That(refusal.Reason, Is.EqualTo(ErrorReason.InvalidRequest));
            Assert.That(refusal.Message, Does.Contain("'a.txt' has not arrived yet"));

            // What had arrived is answered from the store: the client may leave the content out.
            foreach (var before in first)
            {
                var again = await CatalogCalls.SignAsync(caller, request, (before.Result.Name, []), cancellationToken);
                Assert.That(again.Result.CatalogDigest, Is.EqualTo(before.Result.CatalogDigest));
                Assert.That(again.Result.Receipt.Record, Is.EqualTo(before.Result.Receipt.Record));
            }

            await CatalogCalls.SignAsync(caller, request, Files[2], cancellationToken);
            signed = EditedFile.Apply([], (await CatalogCalls.SignAsync(caller, request, (Catalog, []), cancellationToken)).Edits);
        }

        await RestartAsync(node, cancellationToken);
        using (var caller = node.Controller())
        {
            var again = await CatalogCalls.SignAsync(caller, request, (Catalog, []), cancellationToken);
            Assert.That(EditedFile.Apply([], again.Edits), Is.EqualTo(signed));
        }

        await CatalogCalls.AssertCoveredAsync(node, signed, Files, cancellationToken);
        var kinds = (await LedgerOf.ReadAsync(node, cancellationToken))
            .Where(record => record.Text("requestId") == request.RequestId).Select(record => record.Kind).ToList();
        Assert.That(kinds.Count(kind => kind == "file-cataloged"), Is.EqualTo(Files.Length));
        Assert.That(kinds.Count(kind => kind == "file-signed"), Is.EqualTo(1));
        Assert.That(kinds[^1], Is.EqualTo("request-completed"));
    }

    [Test]
    public async Task SignFile_OfACatalogInAProfileWithAnHourlyLimit_CountsAsOneFile(CancellationToken cancellationToken)
    {
        await using var node = await AgentEnvironment.StartUnlockedAsync(
            new AgentOptions { Profiles = [new() { Formats = ["cat", "pe"], Limits = "{ perHour: 2 }" }] }, cancellationToken);
        using var caller = node.Controller();
        var one = await MakeAsync(caller, cancellationToken);
        await caller.SignAsync(Names.Job, Names.Profile, Files[0].Name, Files[0].Content, cancellationToken);

        // The two signatures of this hour are made. Files are taken in still, because that takes none.
        var two = await CatalogCalls.OpenAsync(caller, Catalog, Files, cancellationToken);
        foreach (var file in Files)
        {
            await CatalogCalls.SignAsync(caller, two, file, cancellationToken);
        }

        foreach (var refused in new Func<Task>[]
        {
            () => CatalogCalls.SignAsync(caller, two, (Catalog, []), cancellationToken),
            () => caller.SignAsync(Names.Job, Names.Profile, Files[1].Name, Files[1].Content, cancellationToken),
        })
        {
            var refusal = await Refused.ByAsync(refused);
            Assert.That(refusal.Reason, Is.EqualTo(ErrorReason.RateLimited));
            Assert.That(refusal.RetryAfter, Is.Not.Null);
        }

        // What is signed is answered all the same.
        Assert.That((await CatalogCalls.SignAsync(caller, one, (Catalog, []), cancellationToken)).Edits, Is.Not.Empty);
    }

    private static async Task<SigningRequest> MakeAsync(ControllerClient caller, CancellationToken cancellationToken)
    {
        var request = await CatalogCalls.OpenAsync(caller, Catalog, Files, cancellationToken);
        foreach (var file in Files.Append((Catalog, [])))
        {
            await CatalogCalls.SignAsync(caller, request, file, cancellationToken);
        }

        return request;
    }

    private static async Task RestartAsync(AgentEnvironment node, CancellationToken cancellationToken)
    {
        await node.Agent.KillAsync(cancellationToken);
        await node.StartAgentAsync(cancellationToken);
        await node.UnlockAsync(cancellationToken);
    }
}
