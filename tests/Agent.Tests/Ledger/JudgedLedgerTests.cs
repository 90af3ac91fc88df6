using System.Text.Json;
using Signet.Agent.Ledger;
using Signet.Agent.Ledger.Auditing;
using Signet.Agent.Tests.Storage;
using Signet.Testing.Judges;

namespace Signet.Agent.Tests.Ledger;

/// <summary>What the store writes is accepted by Go's transparency logs, and by our verifier; what was changed by neither.</summary>
[CancelAfter(180_000)]
public sealed class JudgedLedgerTests
{
    private const int Records = 37;

    [Test]
    public async Task Export_OfARealStore_IsAcceptedByGo(CancellationToken cancellationToken)
    {
        await using var test = await FilledAsync(cancellationToken);
        var export = await test.ExportAsync(cancellationToken);
        var judged = await GoTransparencyLog.JudgeLedgerAsync(export, cancellationToken);
        Assert.That(judged.ExitCode, Is.Zero, judged.All);
        Assert.That(judged.Output, Does.Contain($"{Records} records").And.Contain("ACCEPTED"));
        Assert.That(VerifyExport(export).Findings, Is.Empty);
    }

    [Test]
    public async Task Export_WithOneLetterChanged_IsRefusedByGoAndByUs(CancellationToken cancellationToken)
    {
        await using var test = await FilledAsync(cancellationToken);
        var export = await test.ExportAsync(cancellationToken);
        var text = await File.ReadAllTextAsync(export, cancellationToken);
        await File.WriteAllTextAsync(export, text.Replace("app-20", "app-2O", StringComparison.Ordinal), cancellationToken);

        var judged = await GoTransparencyLog.JudgeLedgerAsync(export, cancellationToken);
        Assert.That(judged.ExitCode, Is.Not.Zero, judged.All);
        Assert.That(VerifyExport(export).Holds, Is.False);
    }

    [Test]
    public async Task Receipt_OfARealRecord_IsAcceptedByGoAndAnAlteredOneByNobody(CancellationToken cancellationToken)
    {
        await using var test = await FilledAsync(cancellationToken);
        var receipt = await test.Store.ReadAsync(reader => reader.GetReceipt(20), cancellationToken);
        var json = JsonSerializer.Serialize(new
        {
            checkpoint = receipt.Checkpoint,
            format = "signet-receipt/1",
            inclusionProof = receipt.InclusionProof.Select(hash => hash.ToByteArray()),
            leafIndex = receipt.LeafIndex,
            record = receipt.Record.ToStringUtf8(),
        });
        var key = VerifierKey.Parse(test.Store.VerifierKey);
        foreach (var (text, holds) in new[] { (json, true), (json.Replace("app-20", "app-21", StringComparison.Ordinal), false) })
        {
            var path = test.File("receipt.json");
            await File.WriteAllTextAsync(path, text, cancellationToken);
            var judged = await GoTransparencyLog.JudgeReceiptAsync(test.Store.VerifierKey, path, cancellationToken);
            Assert.That(judged.ExitCode == 0, Is.EqualTo(holds), judged.All);
            Assert.That(ReceiptFile.Parse(text).FindProblem(key) is null, Is.EqualTo(holds));
        }
    }

    [Test]
    public async Task Consistency_BetweenRealCheckpoints_IsAcceptedByGo(CancellationToken cancellationToken)
    {
        await using var test = await FilledAsync(cancellationToken);
        var old = await test.Store.ReadAsync(reader => reader.LatestCheckpoint!, cancellationToken);
        for (var number = 0; number < 11; number++)
        {
            await test.AppendAsync(number, cancellationToken);
        }

        var newest = await test.Store.ReadAsync(reader => reader.LatestCheckpoint!, cancellationToken);
        var proof = await test.Store.ReadAsync(reader => reader.ProveConsistency(Records, Records + 11), cancellationToken);
        await File.WriteAllTextAsync(test.File("old"), old, cancellationToken);
        await File.WriteAllTextAsync(test.File("new"), newest, cancellationToken);
        await File.WriteAllLinesAsync(test.File("proof"), proof.Select(Convert.ToBase64String), cancellationToken);
        var judged = await GoTransparencyLog.JudgeConsistencyAsync(
            test.Store.VerifierKey, test.File("old"), test.File("new"), test.File("proof"), cancellationToken);
        Assert.That(judged.ExitCode, Is.Zero, judged.All);
    }

    private static async Task<TestStore> FilledAsync(CancellationToken cancellationToken)
    {
        var test = new TestStore();
        for (var number = 0; number < Records; number++)
        {
            await test.AppendAsync(number, cancellationToken);
        }

        return test;
    }

    private static LedgerVerification VerifyExport(string path)
    {
        using var text = new StreamReader(path);
        var key = VerifierKey.Parse(LedgerExport.ReadVerifierKey(text));
        return new LedgerVerifier(key).Verify(LedgerExport.Read(text), [], CancellationToken.None);
    }
}
