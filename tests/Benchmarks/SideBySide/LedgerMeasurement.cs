using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using Signet.Agent.Ledger;
using Signet.Agent.Ledger.Auditing;
using Signet.Agent.Storage.Sqlite;
using Signet.Testing.Tools;

namespace Signet.Benchmarks.SideBySide;

/// <summary>A ledger of ten million records: appended to, searched, and verified.</summary>
internal sealed class LedgerMeasurement : IMeasurement
{
    private const int Small = 10_000;
    private const int Large = 10_000_000;
    private const int Writers = 512;
    private const int Sample = 20_000;
    private const double MostSlower = 1.1;
    private const double LeastVerified = 500_000;

    public string Name => "ledger";

    public async Task MeasureAsync(MeasurementContext context, CancellationToken cancellationToken)
    {
        var options = OptionsOf(context, "long");
        var few = new List<double>();
        var many = new List<double>();
        double search;
        await using (var store = Open(options))
        await using (var shortStore = Open(OptionsOf(context, "short")))
        {
            await FillAsync(store, Large, cancellationToken);
            await FillAsync(shortStore, Small, cancellationToken);
            await FlushAsync(options, cancellationToken);
            // As with files: what .NET compiles first, and what the filling left in the caches, is not what is measured.
            await AppendAsync(shortStore, Sample, cancellationToken);
            await AppendAsync(store, Sample, cancellationToken);
            for (var repeat = 0; repeat < context.Options.Repeats; repeat++)
            {
                few.Add(await AppendAsync(shortStore, Sample, cancellationToken));
                many.Add(await AppendAsync(store, Sample, cancellationToken));
            }

            var start = Stopwatch.GetTimestamp();
            await store.ReadAsync(
                reader => reader.SearchLedger(new LedgerQuery { FileSha256 = HashOf(Large / 2) }), cancellationToken);
            search = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        var verified = Enumerable.Range(0, context.Options.Repeats).Select(_ => Verify(options)).ToList();
        var appendToFew = BenchmarkRow.Of("ledger.append.10K", few, "1/s");
        var appendToMany = BenchmarkRow.Of("ledger.append.10M", many, "1/s");
        var verify = BenchmarkRow.Of("ledger.verify.10M", verified, "1/s");
        context.Table.Add(
            appendToFew,
            appendToMany.Beside(
                "at ten thousand", appendToFew.Value, "within 10%", appendToMany.Value * MostSlower >= appendToFew.Value),
            BenchmarkRow.Of("ledger.search.10M", [search], "ms"),
            verify.Beside("500,000 a second", LeastVerified, "at least that", verify.Value >= LeastVerified));
    }

    private static SqliteStoreOptions OptionsOf(MeasurementContext context, string name) => new(
        context.Directory.File(name + ".db"), context.Directory.File(name + ".key"), "benchmark.ledger/1");

    private static SqliteAgentStore Open(SqliteStoreOptions options) =>
        SqliteAgentStore.Open(options, TimeProvider.System, NullLogger.Instance);

    // Many records in each commit: how the ledger gets long is not what is measured.
    private static async Task FillAsync(SqliteAgentStore store, int size, CancellationToken cancellationToken)
    {
        const int Together = 1000;
        for (var next = (int)await store.ReadAsync(reader => reader.LedgerSize, cancellationToken); next < size; next += Together)
        {
            var first = next;
            await store.CommitAsync(
                transaction =>
                {
                    for (var number = first; number < Math.Min(first + Together, size); number++)
                    {
                        transaction.Append(Record(number));
                    }

                    return true;
                },
                cancellationToken);
        }
    }

    // Gigabytes that the system has yet to write are not what the appends are measured with.
    private static async Task FlushAsync(SqliteStoreOptions options, CancellationToken cancellationToken) =>
        await ExternalProgram.RunSuccessfullyAsync("sync", ["--file-system", options.DatabasePath], cancellationToken);

    // As many callers as the agent may have, each waiting for its own record.
    private static async Task<double> AppendAsync(SqliteAgentStore store, int count, CancellationToken cancellationToken)
    {
        var next = (int)await store.ReadAsync(reader => reader.LedgerSize, cancellationToken);
        var end = next + count;
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(_ => Task.Run(
            async () =>
            {
                int number;
                while ((number = Interlocked.Increment(ref next) - 1) < end)
                {
                    await store.CommitAsync(transaction => transaction.Append(Record(number)), cancellationToken);
                }
            },
            cancellationToken)));
        return count / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static double Verify(SqliteStoreOptions options)
    {
        using var key = LedgerKey.Open(options.LedgerKeyPath, options.Origin);
        var start = Stopwatch.GetTimestamp();
        var result = new LedgerVerifier(key.Verifier).Verify(
            new SqliteLedgerSource(options.DatabasePath), [], CancellationToken.None);
        return result.Findings.Count == 0
            ? result.Size / Stopwatch.GetElapsedTime(start).TotalSeconds
            : throw new InvalidOperationException("The ledger does not hold: " + result.Findings[0].Detail);
    }

    private static LedgerRecord Record(int number) => new(
        LedgerKinds.FileSigned, "controller:main",
        new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["requestId"] = number.ToString("x32", CultureInfo.InvariantCulture),
            ["job"] = string.Create(CultureInfo.InvariantCulture, $"products/app-{number % 100}/main"),
            ["profile"] = "release",
            ["file"] = "dist/app.exe",
            ["originalSha256"] = HashOf(number),
            ["signedSha256"] = HashOf(-1 - number),
        });

    private static byte[] HashOf(int number) => SHA256.HashData(BitConverter.GetBytes(number));
}
