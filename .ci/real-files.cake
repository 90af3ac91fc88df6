// Fetches the files that formats are tried on besides made ones: what Debian, NuGet and npm packages contain. Loaded by
// /build.cake. They land in artifacts/real-files and stay there; only what is missing is fetched again.
//
//   deb    artifacts/real-files/deb/PACKAGE/PATH                    the version that apt offers
//   nuget  artifacts/real-files/nuget/packages/ID/VERSION/PATH      ID in lower case; ID.VERSION.nupkg lies beside
//   npm    artifacts/real-files/npm/PACKAGE/VERSION/PATH            PATH begins with package/, as in the archive
//
// An empty PATH is the package file itself: artifacts/real-files/deb/PACKAGE/PACKAGE.deb, and .tgz for npm.
// Of a Debian package only the named files and folders are kept.

const string RealFiles = "artifacts/real-files";

// One row a file or folder; a section a format, so that branches do not meet here.
var realFiles = new (string Kind, string Package, string Version, string Path)[]
{
    // pe
    ("deb", "efitools", "", "usr/lib/efitools/x86_64-linux-gnu/HelloWorld.efi"),
    ("deb", "efitools", "", "usr/lib/efitools/x86_64-linux-gnu/KeyTool.efi"),
    ("deb", "efitools", "", "usr/lib/efitools/x86_64-linux-gnu/SetNull.efi"),
    ("deb", "grub-efi-amd64-bin", "", "usr/lib/grub/x86_64-efi/monolithic/grubx64.efi"),
    ("deb", "ipxe", "", "usr/lib/ipxe/snponly.efi"),
    ("deb", "libmono-cecil-cil", "", "usr/lib/mono-cecil/Mono.Cecil.dll"),
    ("deb", "libnewtonsoft-json5.0-cil", "", "usr/lib/cli/Newtonsoft.Json-5.0/Newtonsoft.Json.dll"),
    ("deb", "libz-mingw-w64", "", "usr/i686-w64-mingw32/lib/zlib1.dll"),
    ("deb", "libz-mingw-w64", "", "usr/x86_64-w64-mingw32/lib/zlib1.dll"),
    ("deb", "memtest86+", "", "boot/memtest86+ia32.efi"),
    ("deb", "memtest86+", "", "boot/memtest86+x64.efi"),
    ("deb", "python3-distlib", "", "usr/lib/python3/dist-packages/distlib/t32.exe"),
    ("deb", "python3-distlib", "", "usr/lib/python3/dist-packages/distlib/t64-arm.exe"),
    ("deb", "python3-distlib", "", "usr/lib/python3/dist-packages/distlib/w64.exe"),
    ("deb", "refind", "", "usr/share/refind/refind/refind_x64.efi"),
    ("deb", "shim-signed", "", "usr/lib/shim/shimx64.efi.signed"),
    ("deb", "shim-unsigned", "", "usr/lib/shim/fbx64.efi"),
    ("deb", "systemd-boot-efi", "", "usr/lib/systemd/boot/efi/systemd-bootx64.efi"),
    ("deb", "win32-loader", "", "usr/share/win32/win32-loader.exe"),
    ("nuget", "Autofac", "9.3.3", "lib/net10.0/Autofac.dll"),
    ("nuget", "Castle.Core", "5.2.1", "lib/net462/Castle.Core.dll"),
    ("nuget", "Newtonsoft.Json", "13.0.4", "lib/net45/Newtonsoft.Json.dll"),
    ("nuget", "NLog", "6.2.2", "lib/net46/NLog.dll"),
    ("nuget", "NuGet.CommandLine", "6.13.1", "tools/NuGet.exe"),
    ("nuget", "Serilog", "4.4.0", "lib/net462/Serilog.dll"),
    ("nuget", "SharpZipLib", "1.4.2", "lib/netstandard2.0/ICSharpCode.SharpZipLib.dll"),

    // msi, msp

    // cab, cat

    // scripts
    ("nuget", "Invoke-Build", "5.14.23", "tools"),
    ("nuget", "Microsoft.CodeAnalysis.Analyzers", "3.11.0", "tools"),
    ("nuget", "Microsoft.EntityFrameworkCore.Tools", "10.0.15", "tools"),
    ("nuget", "Pester", "5.7.1", "tools"),
    ("nuget", "Pester", "6.2.0", "tools"),

    // msix, appx
    ("nuget", "Microsoft.WindowsAppSDK.Runtime", "1.8.260921001", "tools/MSIX/win10-arm64/Microsoft.WindowsAppRuntime.DDLM.1.8.msix"),
    ("nuget", "Microsoft.WindowsAppSDK.Runtime", "1.8.260921001", "tools/MSIX/win10-arm64/Microsoft.WindowsAppRuntime.Main.1.8.msix"),
    ("nuget", "Microsoft.WindowsAppSDK.Runtime", "1.8.260921001", "tools/MSIX/win10-arm64/Microsoft.WindowsAppRuntime.Singleton.1.8.msix"),
    ("nuget", "Microsoft.WindowsAppSDK.Runtime", "1.8.260921001", "tools/MSIX/win10-x64/Microsoft.WindowsAppRuntime.DDLM.1.8.msix"),
    ("nuget", "Microsoft.WindowsAppSDK.Runtime", "1.8.260921001", "tools/MSIX/win10-x64/Microsoft.WindowsAppRuntime.Main.1.8.msix"),
    ("nuget", "Microsoft.WindowsAppSDK.Runtime", "1.8.260921001", "tools/MSIX/win10-x64/Microsoft.WindowsAppRuntime.Singleton.1.8.msix"),
    ("nuget", "Microsoft.WindowsAppSDK.Runtime", "1.8.260921001", "tools/MSIX/win10-x86/Microsoft.WindowsAppRuntime.DDLM.1.8.msix"),
    ("nuget", "Microsoft.WindowsAppSDK.Runtime", "1.8.260921001", "tools/MSIX/win10-x86/Microsoft.WindowsAppRuntime.Main.1.8.msix"),
    ("nuget", "Microsoft.WindowsAppSDK.Runtime", "1.8.260921001", "tools/MSIX/win10-x86/Microsoft.WindowsAppRuntime.Singleton.1.8.msix"),
    ("nuget", "Microsoft.WindowsAppSDK.Runtime", "1.8.260921001", "tools/MSIX/win10-x86/Microsoft.WindowsAppRuntime.1.8.msix"),

    // nuget
    ("nuget", "Autofac", "9.3.3", ""),
    ("nuget", "Castle.Core", "5.2.1", ""),
    ("nuget", "Invoke-Build", "5.14.23", ""),
    ("nuget", "Microsoft.CodeAnalysis.Analyzers", "3.11.0", ""),
    ("nuget", "Microsoft.EntityFrameworkCore.Tools", "10.0.15", ""),
    ("nuget", "Newtonsoft.Json", "13.0.4", ""),
    ("nuget", "NLog", "6.2.2", ""),
    ("nuget", "NuGet.CommandLine", "6.13.1", ""),
    ("nuget", "Pester", "5.7.1", ""),
    ("nuget", "Serilog", "4.4.0", ""),
    ("nuget", "SharpZipLib", "1.4.2", ""),

    // jar
    ("deb", "libannotation-indexer-java", "", "usr/share/java/annotation-indexer.jar"),
    ("deb", "libasm-java", "", "usr/share/java/asm-9.4.jar"),
    ("deb", "libcommons-codec-java", "", "usr/share/java/commons-codec.jar"),
    ("deb", "libcommons-io-java", "", "usr/share/java/commons-io.jar"),
    ("deb", "libcommons-lang3-java", "", "usr/share/java/commons-lang3.jar"),
    ("deb", "libgoogle-gson-java", "", "usr/share/java/gson.jar"),
    ("deb", "libjackson2-core-java", "", "usr/share/java/jackson-core.jar"),
    ("deb", "libjoda-time-java", "", "usr/share/java/joda-time.jar"),
    ("deb", "libjsoup-java", "", "usr/share/java/jsoup.jar"),
    ("deb", "liblog4j2-java", "", "usr/share/java/log4j-api.jar"),
    ("deb", "libslf4j-java", "", "usr/share/java/slf4j-api.jar"),
    ("deb", "libsezpoz-java", "", "usr/share/java/sezpoz.jar"),

    // vsix

    // clickonce

    // detached, openpgp

    // rpm, deb: the packages themselves
    ("deb", "bc", "", ""),
    ("deb", "cowsay", "", ""),
    ("deb", "figlet", "", ""),
    ("deb", "file", "", ""),
    ("deb", "hello", "", ""),
    ("deb", "less", "", ""),
    ("deb", "sed", "", ""),
    ("deb", "sl", "", ""),
    ("deb", "time", "", ""),
    ("deb", "tree", "", ""),

    // apk
    ("npm", "io.appium.settings", "8.0.10", "package/apks/settings_apk-debug.apk"),
    ("npm", "appium-uiautomator2-server", "10.6.6", "package/apks/appium-uiautomator2-server-debug-androidTest.apk"),
    ("npm", "appium-uiautomator2-server", "10.6.6", "package/apks/appium-uiautomator2-server-v10.6.6.apk"),

    // containers
};

Task("Setup-Real-Files")
    .Description("Fetches the files of Debian, NuGet and npm packages that the tests sign.")
    .IsDependentOn("Setup-Packages")
    .Does(() =>
{
    var missing = realFiles.Where(row => !IsThere(PathOf(row))).ToArray();
    if (missing.Length == 0)
    {
        Information("All {0} real files are there.", realFiles.Length);
        return;
    }

    FetchDebian(missing.Where(row => row.Kind == "deb").ToArray());
    FetchNuGet(missing.Where(row => row.Kind == "nuget").ToArray());
    FetchNpm(missing.Where(row => row.Kind == "npm").ToArray());
    var absent = realFiles.Select(PathOf).Where(path => !IsThere(path)).ToArray();
    if (absent.Length > 0)
    {
        throw new CakeException("The packages do not hold what .ci/real-files.cake names:\n  " + string.Join("\n  ", absent));
    }
});

string PathOf((string Kind, string Package, string Version, string Path) row) => row.Kind switch
{
    "deb" => $"{RealFiles}/deb/{row.Package}/{(row.Path == "" ? row.Package + ".deb" : row.Path)}",
    "nuget" => $"{RealFiles}/nuget/packages/{row.Package.ToLowerInvariant()}/{row.Version}/"
        + (row.Path == "" ? $"{row.Package.ToLowerInvariant()}.{row.Version}.nupkg" : row.Path),
    "npm" => $"{RealFiles}/npm/{row.Package}/{row.Version}/{(row.Path == "" ? row.Package.Split('/').Last() + ".tgz" : row.Path)}",
    _ => throw new CakeException($"'{row.Kind}' is no kind of package."),
};

bool IsThere(string path) => System.IO.File.Exists(path) || System.IO.Directory.Exists(path);

void FetchDebian((string Kind, string Package, string Version, string Path)[] rows)
{
    foreach (var package in rows.GroupBy(row => row.Package))
    {
        // A folder of its own: the file's name has a version that is not known before.
        var work = $"{RealFiles}/work/{package.Key}";
        EnsureDirectoryExists(work);
        CleanDirectory(work);
        // apt drops its rights for a download where it can, and warns where the folder is root's.
        if (RunIn(work, "apt-get", "download -q -o APT::Sandbox::User=root " + package.Key, orThrow: false) != 0)
        {
            Apt("update -q");
            RunIn(work, "apt-get", "download -q -o APT::Sandbox::User=root " + package.Key);
        }

        var archive = GetFiles($"{work}/*.deb").Single();
        RunIn(work, "dpkg-deb", new ProcessArgumentBuilder().Append("-x").AppendQuoted(archive.FullPath).Append("content").Render());
        foreach (var row in package)
        {
            Keep(row.Path == "" ? archive.FullPath : $"{work}/content/{row.Path}", PathOf(row));
        }

        DeleteDirectory(work, new DeleteDirectorySettings { Recursive = true, Force = true });
    }
}

void FetchNuGet((string Kind, string Package, string Version, string Path)[] rows)
{
    if (rows.Length == 0)
    {
        return;
    }

    // A project that only downloads; nothing of this repository's builds reaches into it.
    var directory = $"{RealFiles}/nuget";
    EnsureDirectoryExists(directory);
    foreach (var shield in new[] { "Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props" })
    {
        System.IO.File.WriteAllText($"{directory}/{shield}", "<Project />\n");
    }

    // One version of a package an item: several are joined, or the last one would win.
    var downloads = realFiles.Where(row => row.Kind == "nuget")
        .GroupBy(row => row.Package, row => row.Version)
        .Select(package => $"""    <PackageDownload Include="{package.Key}" Version="{string.Join(";", package.Distinct().Select(version => $"[{version}]"))}" />""");
    System.IO.File.WriteAllText($"{directory}/RealFiles.csproj", $"""
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <TargetFramework>net10.0</TargetFramework>
            <RestorePackagesPath>packages</RestorePackagesPath>
            <NuGetAudit>false</NuGetAudit>
          </PropertyGroup>
          <ItemGroup>
        {string.Join("\n", downloads)}
          </ItemGroup>
        </Project>
        """);
    RunIn(directory, "dotnet", "restore RealFiles.csproj --verbosity quiet");
}

void FetchNpm((string Kind, string Package, string Version, string Path)[] rows)
{
    foreach (var package in rows.GroupBy(row => (row.Package, row.Version)))
    {
        var directory = $"{RealFiles}/npm/{package.Key.Package}/{package.Key.Version}";
        EnsureDirectoryExists(directory);
        CleanDirectory(directory);
        RunIn(directory, "npm", $"pack --silent --ignore-scripts {package.Key.Package}@{package.Key.Version}");
        var archive = GetFiles($"{directory}/*.tgz").Single();
        RunIn(directory, "tar", new ProcessArgumentBuilder().Append("-xzf").AppendQuoted(archive.FullPath).Render());
        MoveFile(archive, $"{directory}/{package.Key.Package.Split('/').Last()}.tgz");
    }
}

void Keep(string from, string to)
{
    EnsureDirectoryExists(System.IO.Path.GetDirectoryName(to));
    if (System.IO.Directory.Exists(from))
    {
        CopyDirectory(from, to);
    }
    else if (System.IO.File.Exists(from))
    {
        CopyFile(from, to);
    }
}

int RunIn(string directory, string program, string arguments, bool orThrow = true)
{
    var exitCode = StartProcess(program, new ProcessSettings { Arguments = arguments, WorkingDirectory = directory });
    return exitCode == 0 || !orThrow
        ? exitCode
        : throw new CakeException($"'{program} {arguments}' ended with {exitCode}. Its output above says why.");
}
