using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using Signet.Agent.Ledger;
using Signet.Agent.Ledger.Auditing;
using Signet.Agent.Storage.Sqlite;

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
        var options = new SqliteStoreOptions(
            context.Directory.File("ledger.db"), context.Directory.File("ledger.key"), "benchmark.ledger/1");
        double[] small, large;
        double search;
        await using (var store = SqliteAgentStore.Open(options, TimeProvider.System, NullLogger.Instance))
        {
            await FillAsync(store, Small, cancellationToken);
            small = await SampleAsync(store, context.Options.Repeats, cancellationToken);
            await FillAsync(store, Large, cancellationToken);
            large = await SampleAsync(store, context.Options.Repeats, cancellationToken);
            var start = Stopwatch.GetTimestamp();
            await store.ReadAsync(
                reader => reader.SearchLedger(new LedgerQuery { FileSha256 = HashOf(Large / 2) }), cancellationToken);
            search = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        var few = BenchmarkRow.Of("ledger.append.10K", small, "1/s");
        var many = BenchmarkRow.Of("ledger.append.10M", large, "1/s");
        var verified = Enumerable.Range(0, context.Options.Repeats).Select(_ => Verify(options)).ToList();
        var verify = BenchmarkRow.Of("ledger.verify.10M", verified, "1/s");
        context.Table.Add(
            few,
            many.Beside("at ten thousand", few.Value, "within 10%", many.Value * MostSlower >= few.Value),
            BenchmarkRow.Of("ledger.search.10M", [search], "ms"),
            verify.Beside("500,000 a second", LeastVerified, "at least that", verify.Value >= LeastVerified));
    }

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

    private static async Task<double[]> SampleAsync(SqliteAgentStore store, int repeats, CancellationToken cancellationToken)
    {
        var rates = new double[repeats];
        for (var repeat = 0; repeat < repeats; repeat++)
        {
            rates[repeat] = await AppendAsync(store, Sample, cancellationToken);
        }

        return rates;
    }

    // As many callers as the agent may have, each waiting for its own record.
    private static async Task<double> AppendAsync(SqliteAgentStore store, int count, CancellationToken cancellationToken)
    {
        var next = (int)await store.ReadAsync(reader => reader.LedgerSize, cancellationToken);
        var end = next + count;
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(async _ =>
        {
            int number;
            while ((number = Interlocked.Increment(ref next) - 1) < end)
            {
                await store.CommitAsync(transaction => transaction.Append(Record(number)), cancellationToken);
            }
        }));
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
