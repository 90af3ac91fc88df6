using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Signet.Agent.Ledger;
using Signet.Agent.Ledger.Auditing;
using Signet.Agent.Storage.Sqlite;
using Signet.Agent.Tests.Storage;

namespace Signet.Agent.Tests.Ledger;

/// <summary>
/// Whoever has the ledger's key can write a whole new ledger that verifies. What was kept outside shows it: an older
/// checkpoint, or any receipt.
/// </summary>
[CancelAfter(60_000)]
public sealed class RewrittenLedgerTests
{
    private const int Records = 9;

    [Test]
    public async Task Verify_OfALedgerThatWasWrittenAnewWithItsKey_IsFoundByWhatWasKept(CancellationToken cancellationToken)
    {
        await using var test = new TestStore();
        for (var number = 0; number < Records; number++)
        {
            await test.AppendAsync(number, cancellationToken);
        }

        var checkpoint = await test.Store.ReadAsync(reader => reader.LatestCheckpoint!, cancellationToken);
        var receipt = await test.Store.ReadAsync(reader => reader.GetReceipt(4), cancellationToken);
        var key = VerifierKey.Parse(test.Store.VerifierKey);
        await test.Store.DisposeAsync();

        // The same key and name, and one record that never was.
        var forged = new SqliteStoreOptions(test.File("forged.db"), test.Options.LedgerKeyPath, test.Options.Origin);
        await using (var store = SqliteAgentStore.Open(forged, TimeProvider.System, NullLogger.Instance))
        {
            for (var number = 0; number < Records + 3; number++)
            {
                var content = number == 4 ? 400 : number;
                await store.CommitAsync(transaction => transaction.Append(TestStore.Record(content)), cancellationToken);
            }
        }

        var source = new SqliteLedgerSource(forged.DatabasePath);
        var verifier = new LedgerVerifier(key);
        Assert.Multiple(() =>
        {
            Assert.That(verifier.Verify(source, [], cancellationToken).Holds, Is.True, "The forger did no good work.");
            Assert.That(
                verifier.Verify(source, [checkpoint], cancellationToken).Findings.Select(finding => finding.Detail),
                Has.Exactly(1).Contains("was rewritten"));
            Assert.That(
                verifier.Verify(source, [CheckpointOf(receipt)], cancellationToken).Holds, Is.False);
        });
    }

    // As it comes back from the receipt that a build kept.
    private static string CheckpointOf(Protocol.V1.Receipt receipt) => ReceiptFile.Parse(JsonSerializer.Serialize(new
    {
        checkpoint = receipt.Checkpoint,
        format = "signet-receipt/1",
        inclusionProof = receipt.InclusionProof.Select(hash => hash.ToByteArray()),
        leafIndex = receipt.LeafIndex,
        record = receipt.Record.ToStringUtf8(),
    })).Checkpoint;
}
