using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.Sqlite;
using Signet.Testing.Agent;
using Signet.Testing.Tools;

namespace Signet.EndToEnd.Tests.Ledgers;

/// <summary>Whoever can write the agent's disk can change its ledger, and <c>signet audit verify</c> shows it.</summary>
[CancelAfter(120_000)]
public sealed class TamperingTests
{
    private readonly TemporaryDirectory _directory = new();
    private string _key = null!;
    private string _kept = null!;

    [OneTimeSetUp]
    public async Task FillLedger()
    {
        await using var node = await AgentEnvironment.StartUnlockedAsync(
            new AgentOptions { Profiles = [new() { Timestamped = false }] }, CancellationToken.None);
        using var caller = node.Controller();
        var program = await File.ReadAllBytesAsync(SampleProgram.Library);
        for (var file = 0; file < 12; file++)
        {
            await caller.SignAsync(Names.Job, Names.Profile, $"{file}.dll", program, CancellationToken.None);
        }

        _key = (await node.Agent.GetStatusAsync(CancellationToken.None)).Ledger.VerifierKey;
        await node.RunAsync(["audit", "consistency", "--save", _directory.File("kept")], CancellationToken.None);
        Assert.That(await node.Agent.StopAsync(CancellationToken.None), Is.Zero);
        foreach (var name in new[] { "signet.db", "signet.checkpoint" })
        {
            File.Copy(Path.Combine(node.Files.State, name), _directory.File(name));
        }

        _kept = _directory.File("kept");
    }

    [OneTimeTearDown]
    public void RemoveFiles() => _directory.Dispose();

    [Test]
    public async Task Verify_OfAnUntouchedLedger_Holds(CancellationToken cancellationToken)
    {
        var result = await VerifyAsync(_ => { }, cancellationToken);
        Assert.That(result.ExitCode, Is.Zero, result.All);
    }

    [Test]
    public Task Verify_AfterAnEdit_NamesTheRecord(CancellationToken cancellationToken) => ExpectAsync(
        database => Edit(database, 7), "Record 7 was changed", cancellationToken);

    [Test]
    public Task Verify_AfterAnEditWithItsHash_FindsTheRoot(CancellationToken cancellationToken) => ExpectAsync(
        database =>
        {
            Edit(database, 7);
            Execute(database, "UPDATE records SET nodes = (SELECT nodes FROM records WHERE idx = 6) WHERE idx = 7");
        },
        "was changed", cancellationToken);

    [Test]
    public Task Verify_AfterADeletion_NamesTheGap(CancellationToken cancellationToken) => ExpectAsync(
        database => Execute(database, "DELETE FROM records WHERE idx = 9"),
        "Record 9 is missing", cancellationToken);

    [Test]
    public Task Verify_AfterADeletionWithNewNumbers_FindsIt(CancellationToken cancellationToken) => ExpectAsync(
        database => Execute(
            database,
            "DELETE FROM records WHERE idx = 9; UPDATE records SET idx = idx - 1 WHERE idx > 9"),
        "says it is record 10", cancellationToken);

    [Test]
    public Task Verify_AfterAnExchange_FindsBoth(CancellationToken cancellationToken) => ExpectAsync(
        database => Execute(
            database,
            """
            UPDATE records SET idx = -1 WHERE idx = 4;
            UPDATE records SET idx = 4 WHERE idx = 5;
            UPDATE records SET idx = 5 WHERE idx = -1;
            """),
        "says it is record 5", cancellationToken);

    [Test]
    public Task Verify_AfterTheEndWasCutOff_FindsIt(CancellationToken cancellationToken) => ExpectAsync(
        database => Execute(
            database,
            """
            DELETE FROM records WHERE idx >= (SELECT size FROM checkpoints ORDER BY size DESC LIMIT 1 OFFSET 3);
            DELETE FROM checkpoints WHERE size > (SELECT COUNT(*) FROM records);
            """),
        "its end was cut off", cancellationToken);

    [Test]
    public Task Verify_AfterARecordWasAdded_FindsThatNobodySignedIt(CancellationToken cancellationToken) => ExpectAsync(
        database => Execute(
            database,
            """
            INSERT INTO records (idx, record, kind, actor, time)
            SELECT idx + 1, CAST(replace(CAST(record AS TEXT), '"index":' || idx, '"index":' || (idx + 1)) AS BLOB), kind, actor, time
            FROM records ORDER BY idx DESC LIMIT 1
            """),
        "No checkpoint covers the records", cancellationToken);

    [Test]
    public Task Verify_WithAnotherKeyOfTheSameName_FindsEverySignature(CancellationToken cancellationToken) =>
        ExpectAsync(_ => { }, "has no valid signature", cancellationToken, OtherKey());

    private async Task ExpectAsync(
        Action<string> tamper, string finding, CancellationToken cancellationToken, string? key = null)
    {
        var result = await VerifyAsync(tamper, cancellationToken, key);
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.EqualTo(2), result.All);
            Assert.That(result.Output, Does.Contain(finding));
        });
    }

    // What whoever rewrites a ledger and signs it anew has: the ledger's name and another key (C2SP signed-note).
    private string OtherKey()
    {
        var name = _key.Split('+', 2)[0];
        byte[] key = [1, .. RandomNumberGenerator.GetBytes(32)];
        var id = SHA256.HashData([.. Encoding.UTF8.GetBytes(name), (byte)'\n', .. key])[..4];
        return $"{name}+{Convert.ToHexStringLower(id)}+{Convert.ToBase64String(key)}";
    }

    private async Task<ProgramResult> VerifyAsync(Action<string> tamper, CancellationToken cancellationToken, string? key = null)
    {
        using var copy = new TemporaryDirectory();
        var database = copy.File("signet.db");
        File.Copy(_directory.File("signet.db"), database);
        tamper(database);
        return await SignetCommand.RunAsync(
            ["audit", "verify", database, "--key", key ?? _key, "--checkpoint", _kept], cancellationToken);
    }

    private static void Edit(string database, long index)
    {
        using var connection = Open(database);
        using var read = connection.CreateCommand();
        read.CommandText = "SELECT record FROM records WHERE idx = $idx";
        read.Parameters.AddWithValue("$idx", index);
        var text = Encoding.UTF8.GetString((byte[])read.ExecuteScalar()!);
        var changed = text.Replace(Names.Job, "products/app/Main", StringComparison.Ordinal);
        Assert.That(changed, Is.Not.EqualTo(text), "The test would change nothing.");
        using var write = connection.CreateCommand();
        write.CommandText = "UPDATE records SET record = $record WHERE idx = $idx";
        write.Parameters.AddWithValue("$idx", index);
        write.Parameters.AddWithValue("$record", Encoding.UTF8.GetBytes(changed));
        Assert.That(write.ExecuteNonQuery(), Is.EqualTo(1));
    }

    private static void Execute(string database, string sql)
    {
        using var connection = Open(database);
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA foreign_keys = OFF; " + sql;
        Assert.That(command.ExecuteNonQuery(), Is.Positive);
    }

    private static SqliteConnection Open(string database)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = database, Pooling = false }.ToString());
        connection.Open();
        return connection;
    }
}
