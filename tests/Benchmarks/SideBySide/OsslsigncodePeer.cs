using System.Diagnostics;
using Signet.Testing.SoftHsm;
using Signet.Testing.Tools;

namespace Signet.Benchmarks.SideBySide;

/// <summary>The peer: osslsigncode with OpenSSL's PKCS#11 engine, on the same token and the same files.</summary>
internal sealed class OsslsigncodePeer(SoftHsmToken token, string key, string chain, string directory)
{
    private const string Engine = "/usr/lib/x86_64-linux-gnu/engines-3/pkcs11.so";
    private const int MostAttempts = 5;

    private int _runs;
    private int _failures;

    /// <summary>Runs that failed and were made again; their time counts.</summary>
    public int Failures => _failures;

    /// <summary>Signs a local file.</summary>
    /// <returns>Milliseconds.</returns>
    public async Task<double> SignAsync(string file, CancellationToken cancellationToken)
    {
        if (!File.Exists(Engine))
        {
            throw new FileNotFoundException($"{Engine} is missing. Run: apt-get install -y libengine-pkcs11-openssl", Engine);
        }

        var output = Path.Combine(directory, $"peer-{Interlocked.Increment(ref _runs)}");
        var start = Stopwatch.GetTimestamp();
        var result = await RunAsync(file, output, cancellationToken);
        for (var attempt = 1; result.ExitCode != 0; attempt++)
        {
            // Two processes that initialise SoftHSM's store at the same instant disturb each other; a user would try again.
            if (attempt == MostAttempts)
            {
                throw new InvalidOperationException("osslsigncode failed: " + result.All);
            }

            Interlocked.Increment(ref _failures);
            result = await RunAsync(file, output, cancellationToken);
        }

        var elapsed = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        File.Delete(output);
        return elapsed;
    }

    /// <summary>Signs the same file again and again, two at a time.</summary>
    /// <returns>Files a second.</returns>
    public async Task<double> RateOfTwoAsync(string file, int count, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = 2, CancellationToken = cancellationToken },
            async (_, cancelled) => await SignAsync(file, cancelled));
        return count / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private Task<ProgramResult> RunAsync(string file, string output, CancellationToken cancellationToken) =>
        ExternalProgram.RunAsync(
            "osslsigncode",
            [
                "sign", "-pkcs11engine", Engine, "-pkcs11module", SoftHsmToken.ModulePath, "-certs", chain,
                "-key", $"pkcs11:token={token.Label};object={key};type=private", "-pass", token.UserPin, "-h", "sha256",
                "-in", file, "-out", output,
            ],
            cancellationToken, environment: token.Environment);
}
