// Installs what building and testing need and Debian 12 has. Loaded by /build.cake.

using System.Globalization;

const int OldestJdk = 17;

// Debian packages, each with what it is for.
var debianPackages = new[]
{
    "softhsm2",                     // the PKCS#11 token of the tests
    "opensc",                       // pkcs11-tool: makes keys on it
    "openssl",                      // timestamp authority, and a second opinion on CMS
    "osslsigncode",                 // the judge of Authenticode signatures
    "xmlsec1",                      // the judge of XML signatures
    "libxml2-utils",                // xmllint: canonical XML for the judgement of ClickOnce manifests
    "protobuf-compiler",            // protoc for the plugin
    "libprotobuf-dev",              // google/protobuf/*.proto
    "libprotobuf-java",
    "libasm-java",                  // reads class files for Plugin-ApiCheck
    "libsezpoz-java",               // index of Jenkins extensions
    "libannotation-indexer-java",   // index of Jenkins symbols
    "libjakarta-servlet-api-java",
    "libjsr305-java",
    "libcommons-jexl-java",         // the expression language of Jelly: the plugin's tests render its pages
    "libcommons-logging-java",
    "junit5",
    "golang-go",                    // the ledger's tree and checkpoints are compared with Go's sumdb/tlog
    "golang-golang-x-mod-dev",
    "gcc",                          // builds the token that misbehaves
    "libc6-dev",
    "libp11-kit-dev",               // pkcs11.h
    "pcscd",                        // the smartcard stack with a virtual reader and a virtual card
    "vsmartcard-vpcd",
    "opensc-pkcs11",
    "python3",
    "python3-cryptography",
    "opencryptoki",                 // other makers' PKCS#11 modules, and what makes their tokens
    "libnss3",
    "libnss3-tools",
    "libtpm2-pkcs11-1",
    "libtpm2-pkcs11-tools",
    "tpm2-tools",
    "swtpm",                        // the TPM of the tests, its resource manager, and the bus between them
    "tpm2-abrmd",
    "libtss2-tcti-swtpm0",
    "libtss2-tcti-tabrmd0",
    "dbus-daemon",
    "p11-kit",
    "p11-kit-modules",
    "wixl",                         // makes installer packages for the tests
    "msitools",                     // msiinfo reads signed installer packages
    "libgsf-bin",                   // gsf reads the streams of signed installer packages
    "gcab",                         // makes cabinets for the tests
    "cabextract",                   // reads signed cabinets
    "procps",
    "libengine-pkcs11-openssl",     // osslsigncode on a token: the peer in the benchmarks
    "zip",                          // Info-ZIP judges archives, beside Python and the JDK
    "unzip",
    "apksigner",                    // the judge of APK signatures
    "aapt",                         // makes APKs to sign
    "gpg",                          // the judge of OpenPGP signatures
    "gpg-agent",
    "sqv",                          // another judge of OpenPGP signatures, of the keys above all
    "debsig-verify",                // the judge of signatures in Debian packages
    "debsigs",                      // another signer of them
    "rpm",                          // the judge of RPM signatures; builds packages to sign
    "libgfshare-bin",               // gfsplit and gfcombine judge the shares of a quorum
};

Task("Setup-Packages")
    .Description("Installs the Debian packages that building and testing need.")
    .Does(() =>
{
    CheckJdk();
    if (!IsRunningOnLinux() || !FileExists("/usr/bin/dpkg-query"))
    {
        Warning("This is not Debian, so nothing is installed. Needed: {0}", string.Join(" ", debianPackages));
        return;
    }

    // npm comes with many packages of its own; one that was installed in another way does as well.
    var missing = debianPackages.Where(package => !IsInstalled(package)).Concat(IsOnPath("npm") ? Array.Empty<string>() : new[] { "npm" }).ToArray();
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

Task("Faulty-Module")
    .Description("Builds the PKCS#11 module that misbehaves, for the tests.")
    .IsDependentOn("Setup-Packages")
    .WithCriteria(IsRunningOnLinux())
    .Does(() =>
{
    EnsureDirectoryExists("artifacts/faulty-module");
    const string arguments = "-std=gnu11 -O1 -Wall -Wextra -Werror -Wno-cast-function-type -Wno-format-truncation -shared -fPIC "
        + "-I/usr/include/p11-kit-1 -o artifacts/faulty-module/faulty.so tests/assets/faulty-module/faulty.c -ldl -lpthread";
    if (StartProcess("gcc", arguments) is not 0 and var exitCode)
    {
        throw new CakeException($"'gcc {arguments}' ended with {exitCode}.");
    }
});

Task("Setup")
    .Description("Installs and builds what building and testing need.")
    .IsDependentOn("Setup-Packages")
    .IsDependentOn("Setup-Real-Files")
    .IsDependentOn("Faulty-Module");

bool IsOnPath(string program) => Environment.GetEnvironmentVariable("PATH")
    .Split(':', StringSplitOptions.RemoveEmptyEntries)
    .Any(directory => System.IO.File.Exists(System.IO.Path.Combine(directory, program)));

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
