using System.Text;
using Signet.Agent.Ledger;
using Signet.Agent.Storage.Sqlite;

namespace Signet.Agent.Tests.Storage;

/// <summary>Searches of a ledger of several parts, of which the last is not sorted.</summary>
[CancelAfter(60_000)]
public sealed class LedgerSearchTests
{
    [TestCase(0, TestName = "SearchLedger_ByAHashInACompletePart_FindsItsRecord")]
    [TestCase(RecordTerms.RecordsOfPart - 1, TestName = "SearchLedger_ByAHashAtTheEndOfAPart_FindsItsRecord")]
    [TestCase(RecordTerms.RecordsOfPart, TestName = "SearchLedger_ByAHashAtTheStartOfTheLastPart_FindsItsRecord")]
    [TestCase(RecordTerms.RecordsOfPart + 9, TestName = "SearchLedger_ByAHashOfTheNewestRecord_FindsIt")]
    public async Task SearchLedger_ByAHash_FindsItsRecord(int index, CancellationToken cancellationToken)
    {
        await using var test = new TestStore();
        await test.FillAsync(0, index == RecordTerms.RecordsOfPart - 1 ? RecordTerms.RecordsOfPart : RecordTerms.RecordsOfPart + 10, cancellationToken);
        foreach (var sha256 in (byte[][])[TestStore.HashOf(index), TestStore.HashOf(-1 - index)])
        {
            var found = await test.Store.ReadAsync(
                reader => reader.SearchLedger(new LedgerQuery { FileSha256 = sha256 }), cancellationToken);
            Assert.That(found.Select(record => record.Index), Is.EqualTo([(long)index]));
        }

        var unknown = await test.Store.ReadAsync(
            reader => reader.SearchLedger(new LedgerQuery { FileSha256 = TestStore.HashOf(int.MaxValue) }), cancellationToken);
        Assert.That(unknown, Is.Empty);
    }

    [TestCase(null, null, null, 50, TestName = "SearchLedger_WithoutCondition_GivesTheFirstRecords")]
    [TestCase(LedgerKinds.FileFailed, null, null, 100, TestName = "SearchLedger_ByAKind_FindsItInEachPart")]
    [TestCase(LedgerKinds.FileFailed, null, null, 6, TestName = "SearchLedger_WithALimit_EndsWithinAPart")]
    [TestCase(LedgerKinds.FileSigned, null, null, RecordTerms.RecordsOfPart + 7, TestName = "SearchLedger_WithALimit_EndsWithinTheNextPart")]
    [TestCase(null, "team/app-2", null, int.MaxValue, TestName = "SearchLedger_ByAJob_FindsAllItsRecords")]
    [TestCase(LedgerKinds.FileFailed, "team/app-1", null, 100, TestName = "SearchLedger_ByJobAndKind_FindsWhatHasBoth")]
    [TestCase(null, "team/app-1", "nightly", 2000, TestName = "SearchLedger_ByJobAndProfile_FindsWhatHasBoth")]
    [TestCase(null, null, "nightly", 3000, TestName = "SearchLedger_ByAProfile_FindsItInAllParts")]
    [TestCase(LedgerKinds.TokenLocked, null, null, 100, TestName = "SearchLedger_ByAKindThatIsNotThere_FindsNothing")]
    public async Task SearchLedger_ByWhatIsSorted_FindsWhatALookThroughAllFinds(
        string? kind, string? job, string? profile, int limit, CancellationToken cancellationToken)
    {
        const int Size = (2 * RecordTerms.RecordsOfPart) + 1500;
        await using var test = new TestStore();
        await test.FillAsync(0, Size, cancellationToken);
        var found = await test.Store.ReadAsync(
            reader => reader.SearchLedger(new LedgerQuery { Kind = kind, JobFullName = job, Profile = profile, Limit = limit }),
            cancellationToken);

        var all = await test.Store.ReadAsync(reader => reader.ReadLedger(0, Size), cancellationToken);
        var expected = all.Where(entry => entry.Record is { } record && Says(record, "kind", kind) && Says(record, "job", job)
            && Says(record, "profile", profile)).Take(limit).ToList();
        Assert.That(found.Select(entry => entry.Index), Is.EqualTo(expected.Select(entry => entry.Index)));
        Assert.That(found.Select(entry => entry.Record), Is.EqualTo(expected.Select(entry => entry.Record)));
    }

    [Test]
    public async Task SearchLedger_ByHashAndJob_FindsNothingWhereTheJobIsAnother(CancellationToken cancellationToken)
    {
        await using var test = new TestStore();
        await test.FillAsync(0, RecordTerms.RecordsOfPart + 10, cancellationToken);
        foreach (var index in (int[])[2, RecordTerms.RecordsOfPart + 2])
        {
            foreach (var (job, expected) in new[] { ($"team/app-{index % 3}", 1), ($"team/app-{(index + 1) % 3}", 0) })
            {
                var found = await test.Store.ReadAsync(
                    reader => reader.SearchLedger(new LedgerQuery { FileSha256 = TestStore.HashOf(index), JobFullName = job }),
                    cancellationToken);
                Assert.That(found, Has.Count.EqualTo(expected));
            }
        }
    }

    private static bool Says(byte[] record, string name, string? value) =>
        value is null || Encoding.UTF8.GetString(record).Contains($"\"{name}\":\"{value}\"", StringComparison.Ordinal);
}
