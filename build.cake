// Every task of the build. Run one with: dotnet tool restore && dotnet cake --target=NAME
//
//   Setup      installs the Debian packages that building and testing need, and fetches the files that are signed in tests,
//              if any is missing
//   Build      compiles agent, tests and plugin
//   Test       builds, checks the formatting, runs every suite, and ends with the line "N passed, N failed"
//   Demo       signs a real .exe and .dll from start to end and leaves the result in artifacts/demo
//   Benchmark  measures limits, peers and Signet side by side (--only=NAME,... takes some; --micro=FILTER: single methods)
//   Fuzz       changes files at random and tries every format's parsers on them (--seconds=60 a format, --format=NAME)
//   Large-Files signs and verifies a file of each format that is as large as it allows (--only=NAME,... takes some)
//   Package    leaves signet.hpi and the agent for linux-x64 and win-x64 in artifacts/package
//   Format     brings the C# sources into the one format
//   Clean      removes what was built
//
// --configuration=Debug builds without optimisation; everything else uses Release.

#load ".ci/setup.cake"
#load ".ci/real-files.cake"
#load ".ci/test-results.cake"
#load "agent/packaging/package.cake"
#load "jenkins-plugin/plugin.cake"

var target = Argument("target", "Build");
var configuration = Argument("configuration", "Release");

const string Solution = "Signet.slnx";
const string TestReports = "artifacts/test";
const string Published = "artifacts/benchmark/signet";

var results = new TestResults(Context);
if (target == "Test")
{
    // Cake prints its own summary behind the last task, so the line waits for the end of the process.
    AppDomain.CurrentDomain.ProcessExit += (_, _) => Console.Out.WriteLine(results);
}

// ---------------------------------------------------------------------------------------------------------- Build

Task("Compile")
    .Description("Compiles everything that is .NET.")
    .IsDependentOn("Setup-Packages")
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
    .Does(() => CleanDirectory(TestReports));

Task("Check-Format")
    .Description("Fails when a C# source is not in the one format.")
    .IsDependentOn("Compile")
    .Does(() => DotNetFormat(Solution, new DotNetFormatSettings { VerifyNoChanges = true, NoRestore = true }));

Task("Agent-Test")
    .Description("Runs every NUnit suite; goes on to the next one when one fails.")
    .IsDependentOn("Setup")
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
                .Append("--results-directory").AppendQuoted(MakeAbsolute(Directory(TestReports)).FullPath)
                // A suite that stands still is ended and named, rather than the whole build.
                .Append("--blame-hang-timeout 10m --blame-hang-dump-type none"),
        });
        results.Read(suite, GetFiles($"{TestReports}/{suite}.trx"));
        if (exitCode != 0)
        {
            results.Problem($"{suite}: dotnet test ended with {exitCode}");
        }
    }

    WriteFormatEvidence($"{TestReports}/formats", $"{TestReports}/formats.json");
});

Task("Test")
    .Description("Runs every suite and fails unless every test ran and passed.")
    .IsDependentOn("Clean-Results")
    .IsDependentOn("Check-Format")
    .IsDependentOn("Agent-Test")
    .IsDependentOn("Plugin-Test")
    .Does(() =>
{
    results.Read("jenkins-plugin", GetFiles($"{TestReports}/junit/*.xml"));
    results.Finish();
});

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
    .Description("Measures limits, peers and Signet side by side; --only=NAME,... takes some, --micro=FILTER single methods instead.")
    .IsDependentOn("Build")
    .IsDependentOn("Raw-Signing")
    .IsDependentOn("Publish-Agent")
    .Does(() =>
{
    if (HasArgument("micro"))
    {
        RunBuilt("Benchmarks", new ProcessArgumentBuilder()
            .Append("micro --filter").AppendQuoted(Argument("micro", "*"))
            .Append("--artifacts").AppendQuoted(MakeAbsolute(Directory("artifacts/benchmark/micro")).FullPath));
        return;
    }

    RunBuilt("Benchmarks", new ProcessArgumentBuilder()
        .Append("side-by-side").AppendQuoted(MakeAbsolute(File("artifacts/benchmark/results.json")).FullPath)
        .AppendQuoted("--only=" + Argument("only", string.Empty))
        .AppendQuoted("--repeats=" + Argument("repeats", "3")),
        new Dictionary<string, string>
        {
            ["SIGNET_EXECUTABLE"] = MakeAbsolute(File(Published + "/signet")).FullPath,
        });
});

Task("Publish-Agent")
    .Description("Publishes the agent as a package has it: what users run is what is measured.")
    .WithCriteria(!HasArgument("micro"))
    .Does(() => agentPackage.Publish("linux-x64", Published));

Task("Raw-Signing")
    .Description("Builds the C program that measures the token alone.")
    .IsDependentOn("Setup-Packages")
    .Does(() =>
{
    EnsureDirectoryExists("artifacts/benchmark");
    const string arguments = "-std=gnu11 -O2 -Wall -Wextra -Werror -I/usr/include/p11-kit-1 "
        + "-o artifacts/benchmark/raw_sign tests/assets/raw-signing/raw_sign.c -ldl -lpthread";
    if (StartProcess("gcc", arguments) is not 0 and var exitCode)
    {
        throw new CakeException($"'gcc {arguments}' ended with {exitCode}.");
    }
});

Task("Fuzz")
    .Description("Tries every format's parsers on files that were changed at random; --seconds=N a format, --format=NAME.")
    .IsDependentOn("Compile")
    .Does(() =>
{
    var arguments = new ProcessArgumentBuilder().Append("--seconds=" + Argument("seconds", "60"));
    foreach (var option in new[] { "format", "seed" }.Where(HasArgument))
    {
        arguments.AppendQuoted($"--{option}={Argument<string>(option)}");
    }

    RunBuilt("Fuzz", arguments);
});

Task("Large-Files")
    .Description("Signs and verifies a file of each format that is as large as it allows, and has judges verify it; --only=NAME,... takes some.")
    .IsDependentOn("Setup-Packages")
    .IsDependentOn("Compile")
    .Does(() => RunBuilt("LargeFiles", new ProcessArgumentBuilder()
        .Append("--judge").AppendQuoted("--only=" + Argument("only", string.Empty))));

void RunBuilt(string project, ProcessArgumentBuilder arguments, IDictionary<string, string> environment = null)
{
    var assembly = MakeAbsolute(File($"tests/{project}/bin/{configuration}/net10.0/Signet.{project}.dll")).FullPath;
    var exitCode = StartProcess("dotnet", new ProcessSettings
    {
        Arguments = arguments.PrependQuoted(assembly),
        EnvironmentVariables = environment,
    });
    if (exitCode != 0)
    {
        throw new CakeException($"{project} ended with {exitCode}.");
    }
}

RunTarget(target);
