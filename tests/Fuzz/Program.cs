using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Signet.Formats;
using Signet.Fuzz;
using Signet.Testing.Tools;

// Mutates the seeds of every format for a time and tries its parsers on what comes out.
//   --seconds=60    how long each format takes
//   --format=NAME   this one alone
//   --seed=N        other files than those of the last run; the default is the day's number
var seconds = int.Parse(Option("seconds") ?? "60", CultureInfo.InvariantCulture);
var day = TimeProvider.System.GetUtcNow().Date.Subtract(DateTime.UnixEpoch).Days;
var random = int.Parse(Option("seed") ?? day.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
var formats = FormatCatalog.Default.All.Where(format => Option("format") is not { } name || format.Name == name).ToList();
if (formats.Count == 0)
{
    Console.Error.WriteLine($"There is no format '{Option("format")}'.");
    return 2;
}

using var signer = new IdleSigner();
var failed = false;
foreach (var format in formats)
{
    failed |= !await FuzzAsync(format);
}

return failed ? 1 : 0;

async Task<bool> FuzzAsync(ISignatureFormat format)
{
    const int EnoughProblems = 10;

    // Building chains takes much longer than parsing.
    const int ChainsForOneIn = 8;
    var seeds = await SeedFiles.ReadAsync(format, signer);
    if (seeds.Count == 0)
    {
        Console.Error.WriteLine($"{format.Name,-16} has no seed: put small files into tests/assets/fuzz/{format.Name}/seeds");
        return false;
    }

    var mutator = new Mutator(random);
    var problems = 0;
    long files = 0;
    var clock = Stopwatch.StartNew();
    for (var number = 0; clock.Elapsed < TimeSpan.FromSeconds(seconds) && problems < EnoughProblems; number = (number + 1) % (seeds.Count * seeds.Count))
    {
        var input = mutator.Mutate(seeds[number / seeds.Count], seeds[number % seeds.Count]);
        files++;
        if (HostileInput.Try(format, input, signer, buildChains: files % ChainsForOneIn == 0) is { } problem)
        {
            problems++;
            Console.Error.WriteLine($"{format.Name,-16} {Save(format, input, problem)}\n  {problem.Split('\n')[0]}");
        }
    }

    Console.WriteLine($"{format.Name,-16} {files} files in {clock.Elapsed.TotalSeconds:F0} s, {problems} problems");
    return problems == 0;
}

static string Save(ISignatureFormat format, byte[] input, string problem)
{
    var directory = Repository.PathOf($"artifacts/fuzz/{format.Name}");
    Directory.CreateDirectory(directory);
    var path = Path.Combine(directory, Convert.ToHexStringLower(SHA256.HashData(input))[..16]);
    File.WriteAllBytes(path, input);
    File.WriteAllText(path + ".txt", problem + "\n");
    return path;
}

string? Option(string name) => args.FirstOrDefault(argument => argument.StartsWith($"--{name}=", StringComparison.Ordinal))?[(name.Length + 3)..];
