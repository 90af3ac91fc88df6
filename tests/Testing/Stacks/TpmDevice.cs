using Signet.Testing.Cards;
using Signet.Testing.Tools;

namespace Signet.Testing.Stacks;

/// <summary>
/// A TPM 2.0 in software (swtpm) and, before it, the resource manager tpm2-abrmd on a message bus of its own. A TPM holds
/// three loaded objects; what a killed program left there is taken away by a resource manager alone. On real hardware that is
/// the kernel's (/dev/tpmrm0).
/// </summary>
internal sealed class TpmDevice : IAsyncDisposable
{
    private const string Tcti = "tabrmd:bus_type=session";

    private readonly TemporaryDirectory _directory = new();
    private readonly List<Daemon> _daemons = [];

    private TpmDevice() => Environment = new Dictionary<string, string>
    {
        ["DBUS_SESSION_BUS_ADDRESS"] = $"unix:path={_directory.File("bus")}",
        ["TPM2_PKCS11_TCTI"] = Tcti,
        ["TPM2TOOLS_TCTI"] = Tcti,
        ["TPM2_PKCS11_STORE"] = _directory.Path,

        // The module's own log: none, but what goes wrong is still in its return values.
        ["TSS2_LOG"] = "all+none",
    };

    /// <summary>What a program needs in its environment to reach the TPM; its store of tokens is a directory of its own.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; }

    /// <summary>The store of libtpm2-pkcs11.</summary>
    public string Store => _directory.Path;

    /// <summary>Starts a new TPM and waits until it answers.</summary>
    public static async Task<TpmDevice> StartAsync(CancellationToken cancellationToken)
    {
        var device = new TpmDevice();
        try
        {
            var (tpm, bus) = (device._directory.File("tpm"), device._directory.File("bus"));
            Directory.CreateDirectory(device._directory.File("state"));
            await File.WriteAllTextAsync(device._directory.File("bus.conf"), BusConfiguration(bus), cancellationToken);
            device.Start(
                "/usr/bin/swtpm", "socket", "--tpm2", "--tpmstate", $"dir={device._directory.File("state")}", "--server", $"type=unixio,path={tpm}",
                "--ctrl", $"type=unixio,path={tpm}.ctrl", "--flags", "not-need-init,startup-clear");
            device.Start("/usr/bin/dbus-daemon", $"--config-file={device._directory.File("bus.conf")}", "--nofork", "--nopidfile");
            await Eventually.TrueAsync(
                () => Task.FromResult(File.Exists(tpm) && File.Exists(bus)), "socket of swtpm and of the message bus", cancellationToken);
            device.Start("/usr/sbin/tpm2-abrmd", "--allow-root", "--session", $"--tcti=swtpm:path={tpm}");
            await Eventually.TrueAsync(
                async () => (await ExternalProgram.RunAsync(
                    "tpm2_getcap", ["properties-variable"], cancellationToken, environment: device.Environment)).ExitCode == 0,
                "answer of the TPM", cancellationToken);
            return device;
        }
        catch
        {
            await device.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs a program that uses the TPM.</summary>
    public Task<ProgramResult> RunAsync(string program, IEnumerable<string> arguments, CancellationToken cancellationToken) =>
        ExternalProgram.RunSuccessfullyAsync(program, arguments, cancellationToken, environment: Environment);

    public async ValueTask DisposeAsync()
    {
        for (var last = _daemons.Count - 1; last >= 0; last--)
        {
            await _daemons[last].DisposeAsync();
        }

        _directory.Dispose();
    }

    private static string BusConfiguration(string socket) =>
        $"""
        <!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
        <busconfig>
          <type>session</type>
          <listen>unix:path={socket}</listen>
          <auth>EXTERNAL</auth>
          <policy context="default">
            <allow send_destination="*" eavesdrop="true"/>
            <allow eavesdrop="true"/>
            <allow own="*"/>
          </policy>
        </busconfig>
        """;

    private void Start(string program, params string[] arguments) => _daemons.Add(Daemon.Start(program, arguments, Environment));
}
