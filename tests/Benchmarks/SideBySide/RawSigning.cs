using System.Globalization;
using Signet.Testing.SoftHsm;
using Signet.Testing.Tools;

namespace Signet.Benchmarks.SideBySide;

/// <summary>What the token gives at most: C_SignInit and C_Sign in a loop, by a small C program.</summary>
/// <param name="PerSecond">Signatures a second, all threads together.</param>
/// <param name="MedianMilliseconds">One signature, in the middle.</param>
/// <param name="P99Milliseconds">One signature, 99 of 100 are faster.</param>
internal sealed record RawSigning(double PerSecond, double MedianMilliseconds, double P99Milliseconds)
{
    private const string Program = "artifacts/benchmark/raw_sign";

    /// <summary>Measures for three seconds.</summary>
    /// <param name="token">The token.</param>
    /// <param name="key">Label of the key.</param>
    /// <param name="rsa">RSA PKCS#1 v1.5; else ECDSA.</param>
    /// <param name="threads">1 to 16, each with a session of its own.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    public static async Task<RawSigning> MeasureAsync(
        SoftHsmToken token, string key, bool rsa, int threads, CancellationToken cancellationToken)
    {
        var program = Repository.PathOf(Program);
        if (!File.Exists(program))
        {
            throw new FileNotFoundException($"{program} is missing. Run: dotnet cake --target=Benchmark", program);
        }

        var result = await ExternalProgram.RunSuccessfullyAsync(
            program,
            [SoftHsmToken.ModulePath, token.Label, key, rsa ? "rsa" : "ec", threads.ToString(CultureInfo.InvariantCulture), "3"],
            cancellationToken, environment: token.Environment, standardInput: token.UserPin + "\n");
        var figures = result.Output.Split(' ').Select(text => double.Parse(text, CultureInfo.InvariantCulture)).ToArray();
        return new RawSigning(figures[1], figures[2], figures[3]);
    }
}
