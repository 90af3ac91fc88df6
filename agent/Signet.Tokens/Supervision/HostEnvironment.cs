using System.Collections;

namespace Signet.Tokens.Supervision;

/// <summary>
/// What a token host inherits from the agent's environment: what .NET and PKCS#11 modules need, and nothing else. So no
/// variable can load code into the host (LD_PRELOAD, DOTNET_STARTUP_HOOKS, profilers) or make it write a dump.
/// </summary>
public static class HostEnvironment
{
    private static readonly HashSet<string> Names = new(StringComparer.OrdinalIgnoreCase)
    {
        "PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "TZ", "TMPDIR", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS",
        "DOTNET_ROOT", "DOTNET_ROOT_X64", "DOTNET_ROOT_ARM64", "DOTNET_HOST_PATH", "DOTNET_CLI_HOME",
        "SystemRoot", "SystemDrive", "windir", "TEMP", "TMP", "USERPROFILE", "USERNAME", "USERDOMAIN", "COMPUTERNAME",
        "APPDATA", "LOCALAPPDATA", "ProgramData", "ProgramFiles", "CommonProgramFiles", "PATHEXT", "COMSPEC",
        "ChrystokiConfigurationPath", "KMS_PKCS11_CONFIG",
    };

    // By module, so that what works in a shell works here; any other variable is named in the configuration. SoftHSM, OpenSC, p11-kit, pcsc-lite, YubiHSM, nShield, Utimaco, TPM 2.0
    private static readonly string[] Prefixes =
    [
        "SOFTHSM2_", "PKCS11", "OPENSC", "P11_KIT_", "PCSCLITE_", "YUBIHSM_", "CKNFAST_", "NFAST_", "CS_PKCS11_", "TPM2_",
        "TSS2_",
    ];

    /// <summary>The environment of a token host.</summary>
    /// <param name="inherited">The agent's own environment.</param>
    /// <param name="additions">Variables of the launch; they win over inherited ones.</param>
    public static IReadOnlyDictionary<string, string> For(
        IDictionary inherited, IReadOnlyDictionary<string, string> additions)
    {
        ArgumentNullException.ThrowIfNull(inherited);
        ArgumentNullException.ThrowIfNull(additions);
        var environment = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry entry in inherited)
        {
            if (entry is { Key: string name, Value: string value } && IsPassedOn(name))
            {
                environment[name] = value;
            }
        }

        foreach (var (name, value) in additions)
        {
            environment[name] = value;
        }

        // No debugger, profiler or dump may attach through the runtime's own diagnostics port.
        environment["DOTNET_EnableDiagnostics"] = "0";
        return environment;
    }

    private static bool IsPassedOn(string name) =>
        Names.Contains(name) || Prefixes.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal));
}
