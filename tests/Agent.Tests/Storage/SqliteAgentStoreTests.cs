using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Signet.Agent.Ledger;
using Signet.Agent.Storage.Sqlite;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;

namespace Signet.Agent.Tests.Storage;

[CancelAfter(60_000)]
public sealed class SqliteAgentStoreTests
{
    [Test]
    public async Task Commit_WhenManyAppendAtOnce_GivesEachAnIndexOfItsOwnInFewCommits(CancellationToken cancellationToken)
    {
        const int Appends = 500;
        await using var test = new TestStore();
        var indices = await Task.WhenAll(Enumerable.Range(0, Appends)
            .Select(number => Task.Run(() => test.AppendAsync(number, cancellationToken), cancellationToken)));

        var checkpoints = (await test.Store.ReadAsync(reader => reader.ReadLedger(0, Appends), cancellationToken))
            .Count(entry => entry.Checkpoint is not null);
        Assert.Multiple(() =>
        {
            Assert.That(indices.Order(), Is.EqualTo(Enumerable.Range(0, Appends)));
            Assert.That(checkpoints, Is.LessThan(Appends / 4), "Each append had a commit of its own.");
            Assert.That(test.Verify().Findings, Is.Empty);
        });
    }

    [Test]
    public async Task Commit_WhenItsWorkThrows_UndoesThatWorkAlone(CancellationToken cancellationToken)
    {
        await using var test = new TestStore();
        var good = test.AppendAsync(0, cancellationToken);
        var bad = test.Store.CommitAsync<long>(
            transaction =>
            {
                transaction.Append(TestStore.Record(1));
                throw new SigningException(ErrorReason.InvalidRequest, "no");
            },
            cancellationToken);
        var later = test.AppendAsync(2, cancellationToken);

        Assert.That(async () => await bad, Throws.TypeOf<SigningException>());
        Assert.That(await good, Is.Zero);
        Assert.That(await later, Is.EqualTo(1));
        Assert.That(test.Verify().Size, Is.EqualTo(2));
    }

    [Test]
    public async Task Commit_WhenWorkOfAGroupThrows_UndoesThatWorkAlone(CancellationToken cancellationToken)
    {
        await using var test = new TestStore();
        using var queued = new ManualResetEventSlim();
        var begun = new TaskCompletionSource();
        var first = Task.Run(
            () => test.Store.CommitAsync(
                transaction =>
                {
                    begun.SetResult();
                    queued.Wait(cancellationToken);
                    return transaction.Append(TestStore.Record(0));
                },
                cancellationToken),
            cancellationToken);
        await begun.Task.WaitAsync(cancellationToken);
        var group = Enumerable.Range(1, 9).Select(number => test.Store.CommitAsync(
            transaction =>
            {
                var index = transaction.Append(TestStore.Record(number));
                return number % 3 == 0 ? throw new SigningException(ErrorReason.InvalidRequest, "no") : index;
            },
            cancellationToken)).ToList();
        queued.Set();

        await Task.WhenAll(group).ContinueWith(_ => { }, cancellationToken, TaskContinuationOptions.None, TaskScheduler.Default);
        Assert.That(await first, Is.Zero);
        Assert.That(group.Where(one => one.IsFaulted).ToList(), Has.Count.EqualTo(3));
        Assert.That(group.Where(one => !one.IsFaulted).Select(one => one.Result), Is.EqualTo(Enumerable.Range(1, 6)));
        Assert.That(test.Verify().Findings, Is.Empty);
    }

    [Test]
    public async Task Commit_WhenTheWorkOfALoneCallerThrows_LeavesNothingOfIt(CancellationToken cancellationToken)
    {
        await using var test = new TestStore();
        await test.AppendAsync(0, cancellationToken);
        var bad = test.Store.CommitAsync<long>(
            transaction =>
            {
                transaction.Append(TestStore.Record(1));
                throw new SigningException(ErrorReason.InvalidRequest, "no");
            },
            cancellationToken);

        Assert.That(async () => await bad, Throws.TypeOf<SigningException>());
        Assert.That(await test.AppendAsync(2, cancellationToken), Is.EqualTo(1));
        Assert.That(test.Verify().Findings, Is.Empty);
        Assert.That(test.Store.IsWritable, Is.True);
    }

    [Test]
    public async Task Commit_WithAnAnswerThatIsAReceipt_AnswersWithWhatTheStoreHasAfterwards(CancellationToken cancellationToken)
    {
        await using var test = new TestStore();
        var receipts = await Task.WhenAll(Enumerable.Range(0, 40).Select(number => Task.Run(
            () => test.Store.CommitAsync(
                transaction => transaction.Append(TestStore.Record(number)),
                (reader, index) => reader.GetReceipt(index),
                cancellationToken),
            cancellationToken)));

        var verifier = VerifierKey.Parse(test.Store.VerifierKey);
        foreach (var receipt in receipts)
        {
            var checkpoint = Checkpoint.Open(receipt.Checkpoint, verifier);
            Assert.That(
                MerkleVerification.Includes(
                    MerkleHash.OfLeaf(receipt.Record.Span), receipt.LeafIndex, checkpoint.Size,
                    [.. receipt.InclusionProof.Select(hash => hash.ToByteArray())], checkpoint.Root),
                Is.True);
        }

        Assert.That(receipts.Select(receipt => receipt.LeafIndex).Order(), Is.EqualTo(Enumerable.Range(0, 40)));
        Assert.That(test.Verify([.. receipts.Select(receipt => receipt.Checkpoint)]).Findings, Is.Empty);
    }

    [Test]
    public async Task Commit_WhenItsAnswerThrows_WritesNothingAndGoesOnAfterwards(CancellationToken cancellationToken)
    {
        await using var test = new TestStore();
        await test.AppendAsync(0, cancellationToken);
        var bad = test.Store.CommitAsync<long, int>(
            transaction => transaction.Append(TestStore.Record(1)),
            (_, _) => throw new InvalidDataException("the store lacks what it is to answer with"),
            cancellationToken);

        Assert.That(
            async () => await bad,
            Throws.TypeOf<SigningException>().With.Property("Reason").EqualTo(ErrorReason.LedgerUnavailable));
        Assert.That(await test.AppendAsync(2, cancellationToken), Is.EqualTo(1));
        Assert.That(test.Verify().Findings, Is.Empty);
    }

    [Test]
    public async Task Commit_AfterTheStoreWasClosed_IsRefusedAndClosingAgainDoesNothing(CancellationToken cancellationToken)
    {
        await using var test = new TestStore();
        await test.Store.DisposeAsync();
        await test.Store.DisposeAsync();
        Assert.That(
            async () => await test.AppendAsync(0, cancellationToken),
            Throws.TypeOf<SigningException>().With.Property("Reason").EqualTo(ErrorReason.ShuttingDown));
    }

    [Test]
    public async Task Commit_WhenTheStoreCannotBeWritten_ThrowsAndLosesNothing(CancellationToken cancellationToken)
    {
        await using var test = new TestStore();
        var acknowledged = 0;
        for (; acknowledged < 10; acknowledged++)
        {
            await test.AppendAsync(acknowledged, cancellationToken);
        }

        // Another process holds the write lock for longer than the store waits.
        using (var blocker = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = test.Options.DatabasePath, Pooling = false }.ToString()))
        {
            blocker.Open();
            using var command = blocker.CreateCommand();
            command.CommandText = "BEGIN IMMEDIATE";
            command.ExecuteNonQuery();
            Assert.That(
                async () => await test.AppendAsync(99, cancellationToken),
                Throws.TypeOf<SigningException>().With.Property("Reason").EqualTo(ErrorReason.LedgerUnavailable));
            Assert.That(test.Store.IsWritable, Is.False);
        }

        await test.AppendAsync(acknowledged, cancellationToken);
        Assert.That(test.Store.IsWritable, Is.True);
        var verified = test.Verify();
        Assert.That(verified.Findings, Is.Empty);
        Assert.That(verified.Size, Is.EqualTo(acknowledged + 1));
    }

    [Test]
    public async Task Commit_WhenSomebodyElseAddedARecord_DoesNotBuildOnIt(CancellationToken cancellationToken)
    {
        await using var test = new TestStore();
        await test.AppendAsync(0, cancellationToken);
        test.Execute("INSERT INTO records (idx, record, kind, actor, time, nodes) SELECT 1, record, kind, actor, time, nodes || nodes FROM records");

        // Neither now nor later: the store is not the one that was signed for.
        for (var attempt = 0; attempt < 2; attempt++)
        {
            Assert.That(
                async () => await test.AppendAsync(1, cancellationToken),
                Throws.TypeOf<SigningException>().With.Property("Reason").EqualTo(ErrorReason.LedgerUnavailable));
            Assert.That(test.Store.IsWritable, Is.False);
        }

        Assert.That(test.Verify().Findings, Is.Not.Empty);
    }

    [Test]
    public async Task Open_WhenAnotherAgentHasTheStore_IsRefused()
    {
        await using var test = new TestStore();
        Assert.That(
            () => SqliteAgentStore.Open(test.Options, TimeProvider.System, NullLogger.Instance),
            Throws.TypeOf<IOException>().With.Message.Contains("Another agent"));
    }

    [Test]
    public async Task Open_WhenTheEndWasCutOff_IsRefused(CancellationToken cancellationToken)
    {
        await using var test = new TestStore();
        for (var number = 0; number < 5; number++)
        {
            await test.AppendAsync(number, cancellationToken);
        }

        await test.Store.DisposeAsync();
        test.Execute("DELETE FROM records WHERE idx >= 3; "
            + "DELETE FROM checkpoints WHERE size > 3");
        Assert.That(
            () => SqliteAgentStore.Open(test.Options, TimeProvider.System, NullLogger.Instance),
            Throws.TypeOf<InvalidDataException>());
    }

    [Test]
    public async Task Open_WhenTheLedgerKeyIsMissing_IsRefused(CancellationToken cancellationToken)
    {
        await using var test = new TestStore();
        await test.AppendAsync(0, cancellationToken);
        await test.Store.DisposeAsync();
        File.Delete(test.Options.LedgerKeyPath);
        Assert.That(
            () => SqliteAgentStore.Open(test.Options, TimeProvider.System, NullLogger.Instance),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("ledger key"));
    }

    [Test]
    public async Task Open_AfterAReopen_GoesOnWithTheSameLedger(CancellationToken cancellationToken)
    {
        await using var test = new TestStore();
        await test.AppendAsync(0, cancellationToken);
        var key = test.Store.VerifierKey;
        var kept = await test.Store.ReadAsync(reader => reader.LatestCheckpoint, cancellationToken);
        await test.ReopenAsync();
        await test.AppendAsync(1, cancellationToken);

        Assert.That(test.Store.VerifierKey, Is.EqualTo(key));
        Assert.That(test.Verify(kept!).Findings, Is.Empty);
    }

    [Test]
    public async Task Append_WhenTheClockGoesBack_KeepsRecordsInOrder(CancellationToken cancellationToken)
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));
        await using var test = new TestStore(time);
        await test.AppendAsync(0, cancellationToken);
        time.AdjustTime(time.GetUtcNow() - TimeSpan.FromHours(1));
        await test.AppendAsync(1, cancellationToken);

        var times = await test.Store.ReadAsync(
            reader => new[] { RecordHeader.Read(reader.ReadRecord(0)).Time, RecordHeader.Read(reader.ReadRecord(1)).Time }, cancellationToken);
        Assert.That(times[1], Is.EqualTo(times[0]));
        Assert.That(test.Verify().Findings, Is.Empty);
    }
}
