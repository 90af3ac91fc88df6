using System.Globalization;
using System.Text.Json;
using Signet.LargeFiles;
using Signet.Testing.Tools;

// Signs and verifies a file of each format that is as large as the format allows, 5 GB where it sets no limit, and tells how
// much memory that takes more than a small one.
//   --only=NAME,...  these alone, by the names of LargeFileCatalog
//   --judge          lets other programs verify the results too
using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stop.Cancel();
};
if (args is ["measure", var name, var small, var large, var asksJudge])
{
    using var directory = new TemporaryDirectory();
    var measured = await Measurement.RunAsync(
        LargeFileCatalog.All.Single(sample => sample.Name == name), directory, small, large, bool.Parse(asksJudge), stop.Token);
    Console.WriteLine(JsonSerializer.Serialize(measured));
    return 0;
}

var only = Option("only") is { Length: > 0 } names ? names.Split(',') : null;
var unknown = only?.Except(LargeFileCatalog.All.Select(sample => sample.Name)).ToList();
if (unknown is { Count: > 0 })
{
    Console.Error.WriteLine($"There is no large file '{unknown[0]}'. There are: {string.Join(", ", LargeFileCatalog.All.Select(sample => sample.Name))}.");
    return 2;
}

var failed = false;
foreach (var sample in LargeFileCatalog.All.Where(sample => only?.Contains(sample.Name) != false))
{
    failed |= !await RunAsync(sample);
}

return failed ? 1 : 0;

async Task<bool> RunAsync(LargeFile sample)
{
    const long SmallBytes = 1 << 20;
    using var directory = new TemporaryDirectory();
    var (small, large) = (directory.File("small-" + sample.FileName), directory.File(sample.FileName));
    Write(sample, small, SmallBytes);
    Write(sample, large, sample.Bytes);

    // A process of its own; what it does not hold is collected every 4 MB, rather than when the caches of the processor are full.
    var result = await ExternalProgram.RunAsync(
        "dotnet",
        [typeof(LargeFile).Assembly.Location, "measure", sample.Name, small, large, args.Contains("--judge") ? "true" : "false"],
        stop.Token,
        environment: new Dictionary<string, string>(StringComparer.Ordinal) { ["DOTNET_GCgen0size"] = "400000", ["TMPDIR"] = directory.Path });
    if (result.ExitCode != 0)
    {
        Console.Error.WriteLine($"{sample.Name} ended with {result.ExitCode}: {result.All}");
        return false;
    }

    var measured = JsonSerializer.Deserialize<Measurement>(result.Output)!;
    var verdict = measured.Verdict is { } said ? $", {said.Program} {(said.Accepts ? "accepts" : "does not accept")}" : string.Empty;
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{sample.Name,-16} {measured.Bytes,13:N0} bytes, {(sample.Refusal is null ? "signed" : "refused")} in {measured.SignSeconds,5:F1} s, verified in {measured.VerifySeconds,5:F1} s, memory +{measured.GrowthBytes / 1048576.0:F1} MB{verdict}"));
    foreach (var problem in measured.Problems)
    {
        Console.Error.WriteLine($"  {problem}");
    }

    if (measured.Verdict is { Accepts: false } refused)
    {
        Console.Error.WriteLine($"  {refused.Program}: {refused.Words}");
    }

    if (measured.GrowthBytes > sample.MaxGrowthBytes)
    {
        Console.Error.WriteLine($"  memory grew by {measured.GrowthBytes} bytes, and {sample.MaxGrowthBytes} are allowed");
        return false;
    }

    return measured.Problems.Count == 0;
}

static void Write(LargeFile sample, string path, long bytes)
{
    using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1 << 16);
    sample.Write(file, bytes);
}

string? Option(string name) => args.FirstOrDefault(argument => argument.StartsWith($"--{name}=", StringComparison.Ordinal))?[(name.Length + 3)..];
