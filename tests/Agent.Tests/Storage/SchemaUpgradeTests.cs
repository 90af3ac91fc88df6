using Signet.Agent.Ledger;
using Signet.Agent.Storage.Sqlite;
using Signet.Protocol.V1;

namespace Signet.Agent.Tests.Storage;

/// <summary>Stores as older agents left them.</summary>
[CancelAfter(60_000)]
public sealed class SchemaUpgradeTests
{
    // Version 1 had the hashes of all files in one order, version 2 the nodes of the tree in a table of their own.
    private const string BackToVersion2 = """
        CREATE TABLE nodes (level INTEGER NOT NULL, idx INTEGER NOT NULL, hash BLOB NOT NULL, PRIMARY KEY (level, idx)) WITHOUT ROWID;
        INSERT INTO nodes
            WITH RECURSIVE levels (level) AS (SELECT 0 UNION ALL SELECT level + 1 FROM levels WHERE level < 20)
            SELECT level, idx >> level, substr(nodes, 1 + 32 * level, 32) FROM records JOIN levels ON length(records.nodes) > 32 * level;
        DROP TABLE record_terms;
        CREATE INDEX records_kind ON records (kind);
        CREATE INDEX records_job ON records (job) WHERE job IS NOT NULL;
        CREATE TABLE record_hashes (part INTEGER NOT NULL, sha256 BLOB NOT NULL, idx INTEGER NOT NULL REFERENCES records (idx), PRIMARY KEY (part, sha256, idx)) WITHOUT ROWID;
        INSERT INTO record_hashes SELECT idx / 16384, substr(file_hashes, 1, 32), idx FROM records UNION SELECT idx / 16384, substr(file_hashes, -32), idx FROM records;
        ALTER TABLE records DROP COLUMN nodes;
        ALTER TABLE records DROP COLUMN file_hashes;
        PRAGMA user_version = 2;
        """;

    private const string BackToVersion1 = BackToVersion2 + """
        CREATE TABLE old_hashes (sha256 BLOB NOT NULL, idx INTEGER NOT NULL REFERENCES records (idx), PRIMARY KEY (sha256, idx)) WITHOUT ROWID;
        INSERT INTO old_hashes SELECT sha256, idx FROM record_hashes;
        DROP TABLE record_hashes;
        ALTER TABLE old_hashes RENAME TO record_hashes;
        DROP INDEX files_counted;
        CREATE INDEX files_signed ON files (profile, signed_at) WHERE signed_at IS NOT NULL;
        PRAGMA user_version = 1;
        """;

    [TestCase(BackToVersion1, TestName = "Open_WhenAnAgentWithVersion1MadeTheStore_BringsItUpToDateAndFindsEverything")]
    [TestCase(BackToVersion2, TestName = "Open_WhenAnAgentWithVersion2MadeTheStore_BringsItUpToDateAndFindsEverything")]
    public async Task Open_WhenAnOlderAgentMadeTheStore_BringsItUpToDateAndFindsEverything(
        string back, CancellationToken cancellationToken)
    {
        const int Before = 13;
        await using var test = new TestStore();
        for (var number = 0; number < Before; number++)
        {
            await test.AppendAsync(number, cancellationToken);
        }

        var kept = await test.Store.ReadAsync(reader => reader.LatestCheckpoint, cancellationToken);
        var receipts = await ReceiptsAsync(test, Before, cancellationToken);
        await test.ChangeAsync(back);

        Assert.That(await ReceiptsAsync(test, Before, cancellationToken), Is.EqualTo(receipts));
        await test.AppendAsync(Before, cancellationToken);
        var found = await test.Store.ReadAsync(
            reader => reader.SearchLedger(new LedgerQuery { FileSha256 = new byte[32] }), cancellationToken);
        var signed = await test.Store.ReadAsync(
            reader => reader.CountSignedFiles("release", DateTimeOffset.UnixEpoch), cancellationToken);
        Assert.Multiple(() =>
        {
            Assert.That(found.Select(record => record.Index), Is.EqualTo(Enumerable.Range(0, Before + 1).Select(index => (long)index)));
            Assert.That(signed, Is.Zero);
            Assert.That(test.Verify(kept!).Findings, Is.Empty);
        });
    }

    [TestCase(true, TestName = "Verify_WhenARecordOfAnOlderStoreWasChanged_NamesItOnceItIsUpToDate")]
    [TestCase(false, TestName = "Verify_WhenARecordOfAnOlderStoreWasChanged_NamesItInACopyToo")]
    public async Task Verify_WhenARecordOfAnOlderStoreWasChanged_NamesIt(bool isOpened, CancellationToken cancellationToken)
    {
        await using var test = new TestStore();
        for (var number = 0; number < 5; number++)
        {
            await test.AppendAsync(number, cancellationToken);
        }

        const string Change = "UPDATE records SET record = CAST(replace(CAST(record AS TEXT), 'team', 'evil') AS BLOB) WHERE idx = 2; ";
        if (isOpened)
        {
            await test.ChangeAsync(Change + BackToVersion2);
        }
        else
        {
            test.Execute(Change + BackToVersion2);
        }

        Assert.That(test.Verify().Findings.Select(finding => finding.Detail), Has.Some.Contains("Record 2 was changed"));
    }

    [Test]
    public async Task GetReceipt_WhenAnOlderStoreLostAHash_IsRefused(CancellationToken cancellationToken)
    {
        await using var test = new TestStore();
        await test.FillAsync(0, 5, cancellationToken);
        await test.ChangeAsync(BackToVersion2 + "DELETE FROM nodes WHERE level = 0 AND idx = 1");
        Assert.That(
            async () => await test.Store.ReadAsync(reader => reader.GetReceipt(0), cancellationToken),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("level 0 and index 1"));
        Assert.That(test.Verify().Findings, Is.Empty);
    }

    [TestCase(3, 5, TestName = "SearchLedger_WhenAnOlderAgentBeganThePart_FindsItsRecordsAndNewOnes")]
    [TestCase(3, RecordTerms.RecordsOfPart + 1, TestName = "SearchLedger_WhenAPartOfAnOlderAgentIsCompleted_FindsItsRecordsAndNewOnes")]
    [TestCase(RecordTerms.RecordsOfPart + 3, RecordTerms.RecordsOfPart + 5, TestName = "SearchLedger_WhenAnOlderAgentCompletedAPart_FindsItsRecords")]
    public async Task SearchLedger_WhenAnOlderAgentWroteRecords_FindsThemAndNewOnes(int before, int after, CancellationToken cancellationToken)
    {
        await using var test = new TestStore();
        await test.FillAsync(0, before, cancellationToken);
        await test.ChangeAsync(BackToVersion2);
        await test.FillAsync(before, after, cancellationToken);
        foreach (var index in (int[])[0, before - 1, before, after - 1])
        {
            foreach (var sha256 in (byte[][])[TestStore.HashOf(index), TestStore.HashOf(-1 - index)])
            {
                Assert.That(await FoundAsync(new LedgerQuery { FileSha256 = sha256 }), Is.EqualTo([(long)index]));
            }
        }

        Assert.That(
            await FoundAsync(new LedgerQuery { JobFullName = "team/app-2", Limit = after }),
            Is.EqualTo(Enumerable.Range(0, after).Where(index => index % 3 == 2).Select(index => (long)index)));
        Assert.That(
            await FoundAsync(new LedgerQuery { Kind = LedgerKinds.FileFailed, Limit = after }),
            Is.EqualTo(Enumerable.Range(0, after).Where(index => index % 1000 == 7).Select(index => (long)index)));
        Assert.That(test.Verify().Findings, Is.Empty);

        async Task<IEnumerable<long>> FoundAsync(LedgerQuery query)
        {
            var found = await test.Store.ReadAsync(reader => reader.SearchLedger(query), cancellationToken);
            return found.Select(entry => entry.Index);
        }
    }

    private static Task<List<Receipt>> ReceiptsAsync(TestStore test, int count, CancellationToken cancellationToken) =>
        test.Store.ReadAsync(
            reader => Enumerable.Range(0, count).Select(index => reader.GetReceipt(index)).ToList(), cancellationToken);
}
