using Signet.Testing.Tools;

namespace Signet.Testing.Judges;

/// <summary>Go's implementation of transparency logs judges the ledger (tests/assets/ledger-judge).</summary>
public static class GoTransparencyLog
{
    // Where Debian puts the sources of Go libraries; no module is fetched.
    private static readonly Dictionary<string, string> Environment = new(StringComparer.Ordinal)
    {
        ["GO111MODULE"] = "off",
        ["GOPATH"] = "/usr/share/gocode",
        ["GOFLAGS"] = string.Empty,
    };

    /// <summary>Every root and signature of an export.</summary>
    public static Task<ProgramResult> JudgeLedgerAsync(string export, CancellationToken cancellationToken) =>
        RunAsync(["ledger", export], cancellationToken);

    /// <summary>The inclusion proof of a receipt.</summary>
    public static Task<ProgramResult> JudgeReceiptAsync(string key, string receipt, CancellationToken cancellationToken) =>
        RunAsync(["receipt", key, receipt], cancellationToken);

    /// <summary>A consistency proof, one base64 hash a line.</summary>
    public static Task<ProgramResult> JudgeConsistencyAsync(
        string key, string oldCheckpoint, string newCheckpoint, string proof, CancellationToken cancellationToken) =>
        RunAsync(["consistency", key, oldCheckpoint, newCheckpoint, proof], cancellationToken);

    private static async Task<ProgramResult> RunAsync(string[] arguments, CancellationToken cancellationToken)
    {
        var environment = new Dictionary<string, string>(Environment, StringComparer.Ordinal)
        {
            // A home may be missing where a service runs the tests.
            ["GOCACHE"] = System.Environment.GetEnvironmentVariable("GOCACHE") ?? Path.Combine(Path.GetTempPath(), "signet-go-cache"),
        };
        return await ExternalProgram.RunAsync(
            "go", ["run", Repository.PathOf("tests/assets/ledger-judge/main.go"), .. arguments], cancellationToken,
            environment: environment);
    }
}
