// The files that a release consists of. Loaded by /build.cake.
//
//   Package   artifacts/package: signet.hpi, the agent for linux-x64 (.tar.gz) and win-x64 (.zip), SHA256SUMS

using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Xml.Linq;

var agentPackage = new AgentPackage(Context, Argument("configuration", "Release"));

Task("Package")
    .Description("Leaves the plugin and the published agent in artifacts/package.")
    .IsDependentOn("Setup-Packages")
    .IsDependentOn("Plugin-Package")
    .Does(() =>
{
    CleanDirectory(AgentPackage.Output);
    CopyFileToDirectory("jenkins-plugin/target/signet.hpi", AgentPackage.Output);
    agentPackage.Make("linux-x64", "linux");
    agentPackage.Make("win-x64", "windows");
    agentPackage.WriteChecksums();
});

class AgentPackage
{
    public const string Output = "artifacts/package";

    private const string Staging = "artifacts/publish";

    private readonly ICakeContext _context;
    private readonly string _configuration;

    public AgentPackage(ICakeContext context, string configuration)
    {
        _context = context;
        _configuration = configuration;
    }

    /// Publishes the agent for a runtime and archives it, with what installs it.
    public void Make(string runtime, string system)
    {
        var name = $"signet-{_context.XmlPeek("Directory.Build.props", "/Project/PropertyGroup/Version")}-{runtime}";
        var directory = $"{Staging}/{name}";
        _context.CleanDirectory(directory);
        Publish(runtime, directory);
        _context.CopyFileToDirectory("LICENSE", directory);
        System.IO.File.WriteAllText(directory + "/THIRD-PARTY-NOTICES.txt", Notices(directory + "/signet.deps.json"));
        _context.CopyDirectory("agent/packaging/" + system, directory + "/packaging");
        _context.CopyFileToDirectory("agent/packaging/signet.yaml", directory + "/packaging");
        if (system == "windows")
        {
            _context.Zip(Staging, $"{Output}/{name}.zip", _context.GetFiles(directory + "/**/*"));
        }
        else
        {
            // Keeps the executable bit, which a .zip made here would lose.
            Run("tar", $"--create --gzip --file={Output}/{name}.tar.gz --owner=0 --group=0 --mode=u=rwX,go=rX --sort=name --directory={Staging} {name}");
        }
    }

    /// In the form that sha256sum --check reads.
    public void WriteChecksums()
    {
        var files = System.IO.Directory.GetFiles(Output).Order(StringComparer.Ordinal).ToArray();
        var sums = files.Select(file =>
            $"{Convert.ToHexStringLower(SHA256.HashData(System.IO.File.ReadAllBytes(file)))}  {System.IO.Path.GetFileName(file)}\n");
        System.IO.File.WriteAllText(Output + "/SHA256SUMS", string.Concat(sums));
    }

    /// Publishes the agent with .NET itself, compiled for the runtime's processor.
    public void Publish(string runtime, string directory)
    {
        // One image with .NET in it starts in two thirds of the time.
        var composite = runtime.StartsWith("linux", StringComparison.Ordinal) ? "true" : "false";
        _context.DotNetPublish("agent/Signet.Cli/Signet.Cli.csproj", new DotNetPublishSettings
        {
            Configuration = _configuration,
            Runtime = runtime,
            SelfContained = true,
            PublishReadyToRun = true,
            OutputDirectory = directory,
            NoLogo = true,
            Verbosity = DotNetVerbosity.Minimal,
            MSBuildSettings = new DotNetMSBuildSettings()
                .WithProperty("PublishReadyToRunComposite", composite)
                .WithProperty("PublishDocumentationFiles", "false")
                .WithProperty("IsTransformWebConfigDisabled", "true")
                .WithProperty("StaticWebAssetsEnabled", "false"),
        });

        // Writes the memory of a .NET process to a file: nothing for a node where operators type PINs.
        _context.DeleteFiles(directory + "/createdump*");
    }

    /// Names, licenses and copyrights of everything that is published with the agent, from the packages themselves.
    private static string Notices(string dependenciesFile)
    {
        var cache = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        var text = new StringBuilder("Signet contains these works of others. Their licenses apply to them.\n");
        using var dependencies = JsonDocument.Parse(System.IO.File.ReadAllText(dependenciesFile));
        foreach (var library in dependencies.RootElement.GetProperty("libraries").EnumerateObject().OrderBy(entry => entry.Name, StringComparer.OrdinalIgnoreCase))
        {
            if (library.Value.GetProperty("type").GetString() == "project")
            {
                continue;
            }

            // "NLog/6.2.2"; the .NET runtime itself is "runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/10.0.12".
            var identity = library.Name.StartsWith("runtimepack.", StringComparison.Ordinal) ? library.Name["runtimepack.".Length..] : library.Name;
            var package = System.IO.Path.Combine(cache, identity.ToLowerInvariant());
            var metadata = XDocument.Load(System.IO.Directory.GetFiles(package, "*.nuspec").Single()).Root.Elements().Single();
            string Value(string name) => metadata.Elements().FirstOrDefault(element => element.Name.LocalName == name)?.Value.Trim();
            text.Append('\n').Append(new string('-', 100)).Append('\n').Append(identity.Replace('/', ' ')).Append('\n')
                .Append("License: ").Append(Value("license") ?? Value("licenseUrl")).Append('\n')
                .Append(Value("copyright") ?? "Copyright (c) " + Value("authors")).Append('\n')
                .Append(Value("projectUrl")).Append('\n');
            foreach (var file in System.IO.Directory.GetFiles(package).Order(StringComparer.Ordinal).Where(IsNotice))
            {
                text.Append('\n').Append(System.IO.File.ReadAllText(file).ReplaceLineEndings("\n").Trim()).Append('\n');
            }
        }

        return text.ToString();
    }

    private static bool IsNotice(string file) =>
        new[] { "LICENSE", "NOTICE", "THIRD-PARTY-NOTICES", "THIRDPARTYNOTICES" }
            .Contains(System.IO.Path.GetFileNameWithoutExtension(file), StringComparer.OrdinalIgnoreCase);

    private void Run(string program, string arguments)
    {
        var exitCode = _context.StartProcess(program, arguments);
        if (exitCode != 0)
        {
            throw new CakeException($"'{program} {arguments}' ended with {exitCode}.");
        }
    }
}
