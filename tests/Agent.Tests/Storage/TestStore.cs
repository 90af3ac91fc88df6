using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Signet.Agent.Ledger;
using Signet.Agent.Ledger.Auditing;
using Signet.Agent.Storage.Sqlite;
using Signet.Testing.Tools;

namespace Signet.Agent.Tests.Storage;

/// <summary>A real store in a directory of its own.</summary>
internal sealed class TestStore : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private readonly TimeProvider _time;

    public TestStore(TimeProvider? time = null)
    {
        _time = time ?? TimeProvider.System;
        Store = Open();
    }

    public SqliteAgentStore Store { get; private set; }

    public SqliteStoreOptions Options => new(
        _directory.File("signet.db"), _directory.File("ledger.key"), "signet.ledger/test");

    public string File(string name) => _directory.File(name);

    public static LedgerRecord Record(int number) => new(
        LedgerKinds.FileSigned, "controller:main",
        new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["job"] = $"team/app-{number}",
            ["file"] = "Grüße \u2028 \"quoted\" \\ \u0001.exe",
            ["originalSha256"] = new byte[32],
            ["number"] = number,
        });

    public Task<long> AppendAsync(int number, CancellationToken cancellationToken) =>
        Store.CommitAsync(transaction => transaction.Append(Record(number)), cancellationToken);

    /// <summary>Appends records that differ, in one commit: numbers from one to another, of which the last is not.</summary>
    public Task<bool> FillAsync(int from, int size, CancellationToken cancellationToken) => Store.CommitAsync(
        transaction =>
        {
            for (var number = from; number < size; number++)
            {
                transaction.Append(new LedgerRecord(
                    number % 1000 == 7 ? LedgerKinds.FileFailed : LedgerKinds.FileSigned, "controller:main",
                    new Dictionary<string, object?>(StringComparer.Ordinal)
                    {
                        ["job"] = $"team/app-{number % 3}",
                        ["profile"] = number % 5 == 0 ? "nightly" : "release",
                        ["originalSha256"] = HashOf(number),
                        ["signedSha256"] = HashOf(-1 - number),
                    }));
            }

            return true;
        },
        cancellationToken);

    public static byte[] HashOf(int number) => SHA256.HashData(BitConverter.GetBytes(number));

    public LedgerVerification Verify(params IEnumerable<string> kept) =>
        new LedgerVerifier(VerifierKey.Parse(Store.VerifierKey))
            .Verify(new SqliteLedgerSource(Options.DatabasePath), kept, CancellationToken.None);

    /// <summary>Closes the store and opens it again.</summary>
    public async Task ReopenAsync()
    {
        await Store.DisposeAsync();
        Store = Open();
    }

    /// <summary>Closes the store, changes its file as somebody else would, and opens it again.</summary>
    public async Task ChangeAsync(string sql)
    {
        await Store.DisposeAsync();
        Execute(sql);
        Store = Open();
    }

    /// <summary>Changes the store's file as somebody else would, whether the store is open or not.</summary>
    public void Execute(string sql)
    {
        using var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = Options.DatabasePath, Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA foreign_keys = OFF; " + sql;
        command.ExecuteNonQuery();
    }

    /// <summary>Writes an export as <c>signet audit export</c> does.</summary>
    public async Task<string> ExportAsync(CancellationToken cancellationToken)
    {
        var path = _directory.File("ledger.jsonl");
        await using var text = new StreamWriter(path) { NewLine = "\n" };
        await text.WriteLineAsync(LedgerExport.HeaderLine(Store.VerifierKey));
        var entries = await Store.ReadAsync(reader => reader.ReadLedger(0, int.MaxValue), cancellationToken);
        foreach (var entry in entries)
        {
            await text.WriteLineAsync(
                entry.Record is { } record ? LedgerExport.RecordLine(record) : LedgerExport.CheckpointLine(entry.Checkpoint!));
        }

        return path;
    }

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        _directory.Dispose();
    }

    private SqliteAgentStore Open() => SqliteAgentStore.Open(Options, _time, NullLogger.Instance);
}
