// Every task of the build. Run one with: dotnet tool restore && dotnet cake --target=NAME
//
//   Setup      installs the Debian packages that building and testing need, if any is missing
//   Build      compiles agent, tests and plugin
//   Test       builds, checks the formatting, runs every suite, and ends with the line "N passed, N failed"
//   Demo       signs a real .exe and .dll from start to end and leaves the result in artifacts/demo
//   Benchmark  runs tests/Benchmarks (--benchmark=FILTER takes some of them)
//   Package    leaves signet.hpi and the agent for linux-x64 and win-x64 in artifacts/package
//   Format     brings the C# sources into the one format
//   Clean      removes what was built
//
// --configuration=Debug builds without optimisation; everything else uses Release.

using System.Globalization;
using System.Security.Cryptography;
using System.Xml.Linq;

#load "jenkins-plugin/plugin.cake"

var target = Argument("target", "Build");
var configuration = Argument("configuration", "Release");

const string Solution = "Signet.slnx";
const string Executable = "agent/Signet.Cli/Signet.Cli.csproj";
const int OldestJdk = 17;

var artifacts = Directory("artifacts");
var testResults = artifacts + Directory("test");
var packages = artifacts + Directory("package");

var results = new TestResults(Context);
if (target == "Test")
{
    // Cake prints its own summary behind the last task, so the line waits for the end of the process.
    AppDomain.CurrentDomain.ProcessExit += (_, _) => Console.Out.WriteLine(results);
}

// ---------------------------------------------------------------------------------------------------------- Setup

// Debian packages, each with what it is for.
var debianPackages = new[]
{
    "softhsm2",                     // the PKCS#11 token of the tests
    "opensc",                       // pkcs11-tool: makes keys on it
    "openssl",                      // timestamp authority, and a second opinion on CMS
    "osslsigncode",                 // the judge of Authenticode signatures
    "protobuf-compiler",            // protoc for the plugin
    "libprotobuf-dev",              // google/protobuf/*.proto
    "libprotobuf-java",
    "libsezpoz-java",               // index of Jenkins extensions
    "libannotation-indexer-java",   // index of Jenkins symbols
    "libjakarta-servlet-api-java",
    "libjsr305-java",
    "junit5",
    "golang-go",                    // the ledger's tree and checkpoints are compared with Go's sumdb/tlog
    "golang-golang-x-mod-dev",
};

Task("Setup")
    .Description("Installs the Debian packages that building and testing need.")
    .Does(() =>
{
    CheckJdk();
    if (!IsRunningOnLinux() || !FileExists("/usr/bin/dpkg-query"))
    {
        Warning("This is not Debian, so nothing is installed. Needed: {0}", string.Join(" ", debianPackages));
        return;
    }

    var missing = debianPackages.Where(package => !IsInstalled(package)).ToArray();
    if (missing.Length == 0)
    {
        Information("All {0} Debian packages are installed.", debianPackages.Length);
        return;
    }

    var command = "apt-get install -y --no-install-recommends " + string.Join(" ", missing);
    if (Environment.UserName != "root")
    {
        throw new CakeException($"Packages are missing, and only root can install them. Run:\n  sudo apt-get update && sudo {command}");
    }

    Information("Installing what is missing: {0}", string.Join(" ", missing));
    Apt("update -q");
    Apt(command["apt-get ".Length..]);
});

bool IsInstalled(string package)
{
    var exitCode = StartProcess(
        "dpkg-query",
        new ProcessSettings
        {
            Arguments = new ProcessArgumentBuilder().Append("-W").Append("-f").AppendQuoted("${db:Status-Status}").Append(package),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        },
        out var status, out _);
    return exitCode == 0 && string.Concat(status) == "installed";
}

void Apt(string arguments)
{
    Information("apt-get {0}", arguments);
    var exitCode = StartProcess("apt-get", new ProcessSettings
    {
        Arguments = arguments,
        EnvironmentVariables = new Dictionary<string, string> { ["DEBIAN_FRONTEND"] = "noninteractive" },
    });
    if (exitCode != 0)
    {
        throw new CakeException($"'apt-get {arguments}' ended with {exitCode}. Its output above says why.");
    }
}

void CheckJdk()
{
    const string hint = "A JDK of version 17 or later is needed, not only a JRE. On Debian 12: apt-get install -y openjdk-17-jdk-headless";
    IEnumerable<string> lines;
    try
    {
        StartProcess(
            "javac", new ProcessSettings { Arguments = "-version", RedirectStandardOutput = true, RedirectStandardError = true },
            out lines, out _);
    }
    catch (Exception exception) when (exception is not CakeException { Message: hint })
    {
        throw new CakeException($"javac cannot be run. {hint}", exception);
    }

    // "javac 17.0.15"
    var version = string.Concat(lines).Split(' ').Last().Split('.')[0];
    if (!int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var major) || major < OldestJdk)
    {
        throw new CakeException($"The javac on the PATH says '{string.Concat(lines)}'. {hint}");
    }
}

// ---------------------------------------------------------------------------------------------------------- Build

Task("Compile")
    .Description("Compiles everything that is .NET.")
    .IsDependentOn("Setup")
    .Does(() =>
{
    // A restore in CI takes only what the lock files say (Directory.Build.props).
    DotNetBuild(Solution, new DotNetBuildSettings
    {
        Configuration = configuration,
        NoLogo = true,
        Verbosity = DotNetVerbosity.Minimal,
    });
});

Task("Build")
    .Description("Compiles agent, tests and plugin.")
    .IsDependentOn("Compile")
    .IsDependentOn("Plugin-Compile");

Task("Clean")
    .Description("Removes what was built.")
    .Does(() =>
{
    var settings = new DeleteDirectorySettings { Recursive = true, Force = true };
    DeleteDirectories(GetDirectories("./{agent,tests}/*/{bin,obj}"), settings);
    foreach (var directory in new[] { "artifacts", "jenkins-plugin/target" }.Where(path => DirectoryExists(path)))
    {
        DeleteDirectory(directory, settings);
    }
});

Task("Format")
    .Description("Brings the C# sources into the one format.")
    .Does(() => DotNetFormat(Solution));

// ----------------------------------------------------------------------------------------------------------- Test

Task("Clean-Results")
    .Description("Forgets what an earlier run of the tests found.")
    .Does(() => CleanDirectory(testResults));

Task("Check-Format")
    .Description("Fails when a C# source is not in the one format.")
    .IsDependentOn("Compile")
    .Does(() => DotNetFormat(Solution, new DotNetFormatSettings { VerifyNoChanges = true, NoRestore = true }));

Task("Agent-Test")
    .Description("Runs every NUnit suite; goes on to the next one when one fails.")
    .IsDependentOn("Build")
    .Does(() =>
{
    foreach (var project in GetFiles("./tests/*.Tests/*.csproj").OrderBy(file => file.FullPath, StringComparer.Ordinal))
    {
        var suite = project.GetFilenameWithoutExtension().ToString();
        Information("Suite {0}", suite);
        var exitCode = StartProcess("dotnet", new ProcessSettings
        {
            Arguments = new ProcessArgumentBuilder()
                .Append("test").AppendQuoted(project.FullPath)
                .Append("--no-build --nologo --configuration").Append(configuration)
                .Append("--logger").AppendQuoted("console;verbosity=minimal")
                .Append("--logger").AppendQuoted("trx;LogFileName=" + suite + ".trx")
                .Append("--results-directory").AppendQuoted(MakeAbsolute(testResults).FullPath)
                // A suite that stands still is ended and named, rather than the whole build.
                .Append("--blame-hang-timeout 10m --blame-hang-dump-type none"),
        });
        results.Read(suite, GetFiles($"{testResults}/{suite}.trx"));
        if (exitCode != 0)
        {
            results.Problem($"{suite}: dotnet test ended with {exitCode}");
        }
    }
});

Task("Test")
    .Description("Runs every suite and fails unless every test ran and passed.")
    .IsDependentOn("Clean-Results")
    .IsDependentOn("Check-Format")
    .IsDependentOn("Agent-Test")
    .IsDependentOn("Plugin-Test")
    .Does(() =>
{
    results.Read("jenkins-plugin", GetFiles($"{testResults}/junit/*.xml"));
    results.Finish();
});

/// What the suites found, read from the reports that they wrote.
class TestResults
{
    private readonly ICakeContext _context;
    private readonly List<string> _problems = new();
    private int _passed;
    private int _failed;
    private bool _finished;

    public TestResults(ICakeContext context) => _context = context;

    /// Adds a suite's reports: trx of Visual Studio's test platform, or JUnit's XML.
    public void Read(string suite, IEnumerable<FilePath> reports)
    {
        int total = 0, passed = 0, failed = 0;
        foreach (var root in reports.Select(report => XDocument.Load(report.FullPath).Root))
        {
            if (root.Descendants().FirstOrDefault(element => element.Name.LocalName == "Counters") is { } counters)
            {
                total += Number(counters, "total");
                passed += Number(counters, "passed");
                failed += Number(counters, "failed") + Number(counters, "error") + Number(counters, "timeout") + Number(counters, "aborted");
            }
            else
            {
                int bad = Number(root, "failures") + Number(root, "errors");
                total += Number(root, "tests");
                failed += bad;
                passed += Number(root, "tests") - bad - Number(root, "skipped");
            }
        }

        _context.Information("{0,-20} {1,5} passed {2,5} failed", suite, passed, failed);
        _passed += passed;
        if (total == 0)
        {
            // A suite that did not report is a failure, whatever else it said.
            failed = 1;
            Problem($"{suite}: no test ran");
        }
        else if (total != passed)
        {
            // A test that is skipped proves nothing.
            failed = Math.Max(failed, total - passed);
            Problem($"{suite}: {failed} of {total} tests failed or were skipped");
        }

        _failed += failed;
    }

    public void Problem(string text)
    {
        _problems.Add(text);
        _context.Error(text);
    }

    public void Finish()
    {
        _finished = true;
        if (_problems.Count > 0)
        {
            throw new CakeException("Not every test passed:\n  " + string.Join("\n  ", _problems));
        }
    }

    /// The last line of Test. A build that broke off has at least one failure.
    public override string ToString() =>
        $"{_passed} passed, {(_failed == 0 && (!_finished || _problems.Count > 0) ? 1 : _failed)} failed";

    private static int Number(XElement element, string attribute) => (int?)element.Attribute(attribute) ?? 0;
}

// ----------------------------------------------------------------------------------------------- Demo and benchmarks

Task("Demo")
    .Description("Signs a real .exe and .dll from start to end.")
    .IsDependentOn("Build")
    .Does(() =>
{
    CleanDirectory("artifacts/demo");
    RunBuilt("Testbed", new ProcessArgumentBuilder().Append("demo").AppendQuoted(MakeAbsolute(Directory("artifacts/demo")).FullPath));
});

Task("Benchmark")
    .Description("Runs the benchmarks; --benchmark=FILTER takes some of them.")
    .IsDependentOn("Compile")
    .Does(() =>
{
    EnsureDirectoryExists("artifacts/benchmarks");
    RunBuilt("Benchmarks", new ProcessArgumentBuilder()
        .Append("--filter").AppendQuoted(Argument("benchmark", "*"))
        .Append("--artifacts").AppendQuoted(MakeAbsolute(Directory("artifacts/benchmarks")).FullPath));
});

void RunBuilt(string project, ProcessArgumentBuilder arguments)
{
    var assembly = MakeAbsolute(File($"tests/{project}/bin/{configuration}/net10.0/Signet.{project}.dll")).FullPath;
    var exitCode = StartProcess("dotnet", new ProcessSettings { Arguments = arguments.PrependQuoted(assembly) });
    if (exitCode != 0)
    {
        throw new CakeException($"{project} ended with {exitCode}.");
    }
}

// -------------------------------------------------------------------------------------------------------- Package

Task("Package")
    .Description("Leaves the plugin and the published agent in artifacts/package.")
    .IsDependentOn("Plugin-Package")
    .Does(() =>
{
    CleanDirectory(packages);
    CopyFileToDirectory("jenkins-plugin/target/signet.hpi", packages);
    foreach (var runtime in new[] { "linux-x64", "win-x64" })
    {
        Publish(runtime);
    }

    // In the form that sha256sum --check reads.
    var sums = GetFiles($"{packages}/*").OrderBy(file => file.FullPath, StringComparer.Ordinal)
        .Select(file => $"{Convert.ToHexStringLower(SHA256.HashData(System.IO.File.ReadAllBytes(file.FullPath)))}  {file.GetFilename()}");
    System.IO.File.WriteAllText(MakeAbsolute(packages + File("SHA256SUMS")).FullPath, string.Join("\n", sums) + "\n");
});

void Publish(string runtime)
{
    var version = XmlPeek("Directory.Build.props", "/Project/PropertyGroup/Version");
    var name = $"signet-{version}-{runtime}";
    var staging = Directory("artifacts/publish") + Directory(name);
    CleanDirectory(staging);
    DotNetPublish(Executable, new DotNetPublishSettings
    {
        Configuration = configuration,
        Runtime = runtime,
        SelfContained = true,
        PublishReadyToRun = true,
        OutputDirectory = staging,
        NoLogo = true,
        Verbosity = DotNetVerbosity.Minimal,
        MSBuildSettings = new DotNetMSBuildSettings()
            .WithProperty("PublishDocumentationFiles", "false")
            .WithProperty("IsTransformWebConfigDisabled", "true")
            .WithProperty("StaticWebAssetsEnabled", "false"),
    });
    // Writes the memory of a .NET process to a file: nothing for a node where operators type PINs.
    DeleteFiles($"{staging}/createdump*");
    CopyFileToDirectory("LICENSE", staging);
    CopyDirectory("agent/packaging/" + (runtime.StartsWith("win", StringComparison.Ordinal) ? "windows" : "linux"), staging + Directory("packaging"));
    CopyFileToDirectory("agent/packaging/signet.yaml", staging + Directory("packaging"));

    // .tar.gz keeps the executable bit, which a .zip made here would lose.
    if (runtime.StartsWith("win", StringComparison.Ordinal))
    {
        Zip("artifacts/publish/" + name, packages + File(name + ".zip"), GetFiles($"{staging}/**/*"));
        return;
    }

    var archive = MakeAbsolute(packages + File(name + ".tar.gz")).FullPath;
    var exitCode = StartProcess("tar", $"--create --gzip --file=\"{archive}\" --owner=0 --group=0 --mode=u=rwX,go=rX --sort=name --directory=artifacts/publish {name}");
    if (exitCode != 0)
    {
        throw new CakeException($"tar could not write {archive}.");
    }
}

RunTarget(target);
