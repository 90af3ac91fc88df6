// The Jenkins plugin: protoc, javac, jar and JUnit's console, without Maven. Loaded by /build.cake.
//
//   Plugin-Generate   Java from the protos and from Messages.properties, into jenkins-plugin/target/generated-sources
//   Plugin-Compile    target/jenkins-api, target/classes, target/test-classes, and target/client.classpath
//   Plugin-Test       JUnit 5; reports in artifacts/test/junit
//   Plugin-ApiCheck   compares jenkins-api with the class files below --jenkins=DIR (jars, .jpi, .hpi, .war)
//   Plugin-Package    target/signet.hpi, the same bytes from the same sources; copied to artifacts/package
//
// target/client.classpath holds the class path that runs the plugin's client from a command line:
//   java -cp "$(cat jenkins-plugin/target/client.classpath)" io.jenkins.plugins.signet.client.SignCommand --help

using System.Text;
using System.Text.RegularExpressions;

var plugin = new PluginBuild(Context, Argument("configuration", "Release"));

Task("Plugin-Generate")
    .Description("Generates the plugin's Java from the protos and message bundles.")
    .Does(() => plugin.Generate());

Task("Plugin-Compile")
    .Description("Compiles the plugin, its tests and the client's command line.")
    .IsDependentOn("Plugin-Generate")
    .Does(() => plugin.Compile());

Task("Plugin-Package")
    .Description("Packages the plugin as signet.hpi.")
    .IsDependentOn("Plugin-Compile")
    .Does(() => plugin.Package());

Task("Plugin-ApiCheck")
    .Description("Compares the declarations of jenkins-api with the real class files below --jenkins=DIR.")
    .IsDependentOn("Plugin-Compile")
    .Does(() => plugin.CheckApi(Argument<string>("jenkins")));

Task("Plugin-Test")
    .Description("Runs the plugin's tests; some inspect the package, some sign through the agent of tests/Testbed.")
    .IsDependentOn("Plugin-Package")
    .Does(() => plugin.Test());

class PluginBuild
{
    private const string Sources = "jenkins-plugin/src";
    private const string Target = "jenkins-plugin/target";
    private const string Generated = Target + "/generated-sources";
    private const string Messages = Target + "/generated-messages";
    private const string Api = Target + "/jenkins-api";
    private const string Classes = Target + "/classes";
    private const string TestClasses = Target + "/test-classes";
    private const string CheckClasses = Target + "/check-classes";
    private const string Hpi = Target + "/signet.hpi";

    // Debian's Java libraries (Setup installs them).
    private const string Jars = "/usr/share/java/";
    private const string Protobuf = Jars + "protobuf.jar";
    private const string Asm = Jars + "asm.jar:" + Jars + "asm-tree.jar";
    private const string JUnit = Jars + "junit-platform-console-standalone.jar";

    // The expressions of Jelly, for the tests that render pages.
    private const string Jexl = Jars + "commons-jexl.jar";
    private const string Logging = Jars + "commons-logging.jar";

    // The version of Debian 12, which protoc and the packaged runtime share.
    private const string ProtobufVersion = "3.21.12";

    // Times in the archives, which would otherwise differ from build to build.
    private const string EntryDate = "2026-01-01T00:00:00Z";

    private const string JenkinsVersion = "2.479.1";

    // The plugins that a controller of that version has at least.
    private const string Dependencies =
        "workflow-step-api:686.v603d058a_e148,structs:338.v848422169819,"
        + "credentials:1405.vb_cda_74a_f8974,plain-credentials:183.va_de8f1dd5a_2b_,"
        // What they know goes into requests where they are installed.
        + "git:5.6.0;resolution:=optional,workflow-cps:3969.vdc9d3a_efcc6a_;resolution:=optional,"
        + "workflow-job:1436.vfa_244484591f;resolution:=optional";

    private readonly ICakeContext _context;
    private readonly string _configuration;

    public PluginBuild(ICakeContext context, string configuration)
    {
        _context = context;
        _configuration = configuration;
    }

    public void Generate()
    {
        foreach (var directory in new[] { Generated, Messages })
        {
            _context.CleanDirectory(directory);
        }

        Run("protoc", "-I", "protos", "-I", Sources + "/main/proto", "--java_out=" + Generated,
            "protos/signet/v1/signing.proto", Sources + "/main/proto/rpc_status.proto", Sources + "/main/proto/build_record.proto",
            Sources + "/main/proto/health.proto");
        foreach (var bundle in Files(Sources + "/main/resources", "*.properties").Where(file => System.IO.Path.GetFileName(file) == "Messages.properties"))
        {
            WriteMessages(bundle);
        }
    }

    public void Compile()
    {
        foreach (var directory in new[] { Api, Classes, CheckClasses, TestClasses })
        {
            _context.CleanDirectory(directory);
        }

        var libraries = new[]
        {
            Protobuf, Jars + "sezpoz.jar", Jars + "annotation-indexer.jar", Jars + "jakarta-servlet-api.jar",
        };

        // Declarations only; nothing of them is packaged or run.
        Javac(Api, Files("jenkins-plugin/jenkins-api", "*.java"), libraries, "-proc:none", "-Xlint:all,-processing,-serial", "-Werror");

        // What protoc writes is not ours to keep free of warnings.
        Javac(Classes, Files(Generated, "*.java"), libraries, "-proc:none", "-nowarn", "-Xlint:none");

        // SezPoz 1.12 looks for an index of an earlier run and, on JDK 9 and later, fails where there is none: this is
        // the head of an empty object stream (Java Object Serialization Specification, section 6.4.2).
        var index = Classes + "/META-INF/annotations/hudson.Extension";
        System.IO.Directory.CreateDirectory(System.IO.Path.GetDirectoryName(index));
        System.IO.File.WriteAllBytes(index, new byte[] { 0xAC, 0xED, 0x00, 0x05, 0x70 });
        var processors = Jars + "sezpoz.jar:" + Jars + "annotation-indexer.jar";
        Javac(
            Classes, Files(Sources + "/main/java", "*.java").Concat(Files(Messages, "*.java")),
            libraries.Append(Api).Append(Classes),
            // The processors were built for an older Java; and they handle a part of the annotations only.
            "-processorpath", processors, "-Xlint:all,-processing,-options", "-Werror");
        CopyTree(Sources + "/main/resources", Classes);
        Javac(CheckClasses, Files(Sources + "/check/java", "*.java"), new[] { Asm }, "-proc:none", "-Xlint:all", "-Werror");

        Javac(
            TestClasses, Files(Sources + "/test/java", "*.java"),
            libraries.Append(Api).Append(Classes).Append(CheckClasses).Append(Asm).Append(JUnit).Append(Jexl),
            "-proc:none", "-Xlint:all,-processing", "-Werror");
        CopyTree(Sources + "/test/resources", TestClasses);
        System.IO.File.WriteAllText(Target + "/client.classpath", string.Join(":", Full(TestClasses), Full(Classes), Protobuf));
    }

    public void Package()
    {
        var version = _context.XmlPeek("Directory.Build.props", "/Project/PropertyGroup/Version");
        var manifest = Target + "/MANIFEST.MF";
        System.IO.File.WriteAllText(manifest, Manifest(version));

        // The jar carries the plugin's manifest too: Jenkins' class filter (JEP-200) knows a plugin's jar by it. Its name
        // holds the plugin's short name, or Jenkins does not find index.jelly.
        var layout = Target + "/hpi";
        var libraries = layout + "/WEB-INF/lib";
        _context.CleanDirectory(layout);
        System.IO.Directory.CreateDirectory(libraries);
        Jar(libraries + "/signet.jar", manifest, Classes);
        System.IO.File.Copy(Protobuf, $"{libraries}/protobuf-java-{ProtobufVersion}.jar");
        System.IO.Directory.CreateDirectory(layout + "/WEB-INF/licenses");
        System.IO.File.Copy("LICENSE", layout + "/WEB-INF/licenses/signet.txt");
        System.IO.File.Copy("jenkins-plugin/licenses/protobuf-java.txt", layout + "/WEB-INF/licenses/protobuf-java.txt");
        Jar(Hpi, manifest, layout);
        _context.EnsureDirectoryExists("artifacts/package");
        System.IO.File.Copy(Hpi, "artifacts/package/signet.hpi", overwrite: true);
        _context.Information("{0}: {1:N0} bytes", Hpi, new System.IO.FileInfo(Hpi).Length);
    }

    /// What of it cannot be compared, because the directory does not hold it, is listed and is no failure.
    public void CheckApi(string directory)
    {
        if (!System.IO.Directory.Exists(directory))
        {
            throw new CakeException($"There is no directory {directory}. --jenkins names one with jenkins-core, stapler and plugins.");
        }

        const int Incomplete = 3;
        var exitCode = Start(
            "java", "-cp", CheckClasses + ":" + Asm, "io.jenkins.plugins.signet.apicheck.ApiCheck",
            "jenkins-plugin/jenkins-api", Api, Classes, directory);
        if (exitCode != 0 && exitCode != Incomplete)
        {
            throw new CakeException("The declarations in jenkins-plugin/jenkins-api are not those of the real types: see above.");
        }
    }

    public void Test()
    {
        var reports = "artifacts/test/junit";
        _context.CleanDirectory(reports);
        var libraries = new[] { TestClasses, Classes, CheckClasses, Asm, Api, Protobuf, Jars + "sezpoz.jar", Jars + "annotation-indexer.jar", Jars + "jakarta-servlet-api.jar", Jexl, Logging };
        Run("java",
            // Unicode file names and job names, whatever the locale.
            "-Dsun.jnu.encoding=UTF-8", "-Dfile.encoding=UTF-8",
            "-Dsignet.hpi=" + Full(Hpi),
            "-Dsignet.plugin=" + Full("jenkins-plugin"),
            "-Dsignet.testbed=" + Full($"tests/Testbed/bin/{_configuration}/net10.0/Signet.Testbed"),
            "-jar", JUnit,
            "--class-path", string.Join(":", libraries),
            "--scan-class-path", TestClasses,
            "--reports-dir", reports,
            "--disable-banner", "--details=summary");
    }

    /// A class like the one that Jenkins' localizer plugin for Maven writes, so that the sources build in both ways.
    private static void WriteMessages(string bundle)
    {
        var package = System.IO.Path.GetDirectoryName(bundle)[(Sources + "/main/resources/").Length..];
        var code = new StringBuilder()
            .Append("package ").Append(package.Replace('/', '.')).Append(";\n\n")
            .Append("import org.jvnet.localizer.ResourceBundleHolder;\n\n")
            .Append("/** Texts of Messages.properties; generated. */\n")
            .Append("public final class Messages {\n")
            .Append("    private static final ResourceBundleHolder HOLDER = ResourceBundleHolder.get(Messages.class);\n\n")
            .Append("    private Messages() {}\n");
        foreach (var line in System.IO.File.ReadLines(bundle).Where(line => Regex.IsMatch(line, @"^[\w.]+\s*=")))
        {
            var key = line[..line.IndexOf('=')].Trim();
            var count = Regex.Matches(line, @"\{(\d)\}").Select(match => int.Parse(match.Groups[1].Value) + 1).DefaultIfEmpty(0).Max();
            var names = Enumerable.Range(0, count).Select(number => "arg" + number).ToArray();
            code.Append("\n    public static String ").Append(key.Replace('.', '_'))
                .Append('(').Append(string.Join(", ", names.Select(name => "Object " + name))).Append(") {\n")
                .Append("        return HOLDER.format(\"").Append(key).Append('"')
                .Append(string.Concat(names.Select(name => ", " + name))).Append(");\n    }\n");
        }

        var file = $"{Messages}/{package}/Messages.java";
        System.IO.Directory.CreateDirectory(System.IO.Path.GetDirectoryName(file));
        System.IO.File.WriteAllText(file, code.Append("}\n").ToString());
    }

    private static string Manifest(string version)
    {
        var attributes = new (string Name, string Value)[]
        {
            ("Manifest-Version", "1.0"),
            // Set, so that the JDK's version does not get in.
            ("Created-By", "Signet build.cake"),
            ("Specification-Title", "Signet"),
            ("Specification-Version", "0.0"),
            ("Implementation-Title", "Signet"),
            ("Implementation-Version", version),
            ("Group-Id", "io.jenkins.plugins"),
            ("Artifact-Id", "signet"),
            ("Short-Name", "signet"),
            ("Long-Name", "Signet code signing"),
            ("Plugin-Version", version),
            ("Hudson-Version", JenkinsVersion),
            ("Jenkins-Version", JenkinsVersion),
            ("Minimum-Java-Version", "17"),
            ("Plugin-Dependencies", Dependencies),
            ("Plugin-Developers", ""),
            ("Support-Dynamic-Loading", "true"),
            ("Plugin-License-Name", "MIT License"),
            ("Plugin-License-Url", "https://opensource.org/licenses/MIT"),
        };
        return string.Concat(attributes.Select(attribute => Wrap(attribute.Name + ": " + attribute.Value)));
    }

    /// A manifest line holds at most 72 bytes; the rest goes on behind a space (JAR File Specification).
    private static string Wrap(string line)
    {
        var wrapped = new StringBuilder();
        while (line.Length > 70)
        {
            wrapped.Append(line[..70]).Append("\r\n");
            line = " " + line[70..];
        }

        return wrapped.Append(line).Append("\r\n").ToString();
    }

    private void Jar(string archive, string manifest, string directory)
    {
        // In one order on every file system; generated leftovers of other directories cannot slip in.
        var list = archive + ".list";
        System.IO.File.WriteAllLines(
            list, Files(directory, "*").Select(file => $"-C \"{Full(directory)}\" \"{file[(directory.Length + 1)..]}\""));
        Run("jar", "--create", "--file", archive, "--manifest", manifest, "--date", EntryDate, "@" + list);
        System.IO.File.Delete(list);
    }

    private void Javac(string output, IEnumerable<string> sources, IEnumerable<string> libraries, params string[] options)
    {
        var list = output + ".sources";
        System.IO.File.WriteAllLines(list, sources.Select(source => '"' + source + '"'));
        Run("javac", new[] { "--release", "17", "-g", "-parameters", "-encoding", "UTF-8", "-d", output, "-cp", string.Join(":", libraries) }
            .Concat(options).Append("@" + list).ToArray());
        System.IO.File.Delete(list);
    }

    private void Run(string program, params string[] arguments)
    {
        var exitCode = Start(program, arguments);
        if (exitCode != 0)
        {
            throw new CakeException($"{program} ended with {exitCode}. What it needs is installed by: dotnet cake --target=Setup");
        }
    }

    private int Start(string program, params string[] arguments)
    {
        var line = arguments.Aggregate(new ProcessArgumentBuilder(), (builder, argument) => builder.AppendQuoted(argument));
        return _context.StartProcess(program, new ProcessSettings { Arguments = line });
    }

    private static void CopyTree(string from, string to)
    {
        foreach (var file in Files(from, "*"))
        {
            var copy = to + file[from.Length..];
            System.IO.Directory.CreateDirectory(System.IO.Path.GetDirectoryName(copy));
            System.IO.File.Copy(file, copy, overwrite: true);
        }
    }

    /// The files below a directory in one order; none where it does not exist.
    private static IEnumerable<string> Files(string directory, string pattern) =>
        System.IO.Directory.Exists(directory)
            ? System.IO.Directory.GetFiles(directory, pattern, System.IO.SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            : Enumerable.Empty<string>();

    private static string Full(string path) => System.IO.Path.GetFullPath(path);
}
