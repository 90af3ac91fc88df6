using System.Security.Cryptography.X509Certificates;
using Signet.Testing.Tools;

namespace Signet.Testing.Cards;

/// <summary>
/// The smartcard stack without a card: pcscd with vsmartcard's virtual reader, and a virtual PIV card in it that is pulled
/// and pushed back (tests/assets/virtual-piv-card). There is one on a machine, so one fixture uses it.
/// </summary>
public sealed class SmartcardReader : IAsyncDisposable
{
    public const string Pin = "123456";

    /// <summary>Where Debian installs OpenSC's module.</summary>
    public const string ModulePath = "/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so";

    /// <summary>Label that OpenSC gives the token: the subject of the card's first certificate.</summary>
    public const string TokenLabel = "Signet test card";

    private readonly TemporaryDirectory _card = new();
    private readonly MachineLock _lock;
    private Daemon? _service;
    private Daemon? _plugged;

    private SmartcardReader(MachineLock machine) => _lock = machine;

    /// <summary>Starts the service and pushes the card in.</summary>
    public static async Task<SmartcardReader> StartAsync(CancellationToken cancellationToken)
    {
        var reader = new SmartcardReader(await MachineLock.TakeAsync("pcscd", cancellationToken));
        try
        {
            reader.StartService();
            await reader.PushAsync(cancellationToken);
            return reader;
        }
        catch
        {
            await reader.DisposeAsync();
            throw;
        }
    }

    /// <summary>PIN tries that the card has left.</summary>
    public int Tries => File.Exists(_card.File("tries")) ? int.Parse(File.ReadAllText(_card.File("tries")), null) : 3;

    /// <summary>Makes each signature take a second, or not.</summary>
    public void SetSlow(bool slow)
    {
        if (slow)
        {
            File.WriteAllText(_card.File("slow"), string.Empty);
        }
        else
        {
            File.Delete(_card.File("slow"));
        }
    }

    /// <summary>The public key in slot 9a or 9c.</summary>
    public PublicKey PublicKeyOf(string slot)
    {
        using var certificate = X509CertificateLoader.LoadCertificateFromFile(_card.File(slot + ".der"));
        return certificate.PublicKey;
    }

    /// <summary>Starts pcscd.</summary>
    public void StartService()
    {
        Directory.CreateDirectory("/run/pcscd");
        _service = Daemon.Start("/usr/sbin/pcscd", "--foreground");
    }

    /// <summary>Makes sure that the service runs and the card is in the reader.</summary>
    public async Task HealAsync(CancellationToken cancellationToken)
    {
        SetSlow(false);
        if (_service is null or { HasExited: true })
        {
            StartService();
        }

        if (_plugged is null or { HasExited: true })
        {
            await PushAsync(cancellationToken);
        }
    }

    /// <summary>Kills pcscd.</summary>
    public async Task KillServiceAsync()
    {
        await _service!.DisposeAsync();
        _service = null;
    }

    /// <summary>Pushes the card in and waits until OpenSC sees it.</summary>
    public async Task PushAsync(CancellationToken cancellationToken)
    {
        await Eventually.TrueAsync(
            async () =>
            {
                if (_plugged is null or { HasExited: true })
                {
                    // Until the reader listens, the card ends at once.
                    _plugged = Daemon.Start("/usr/bin/python3", Repository.PathOf("tests/assets/virtual-piv-card/card.py"), _card.Path);
                }

                var slots = await ExternalProgram.RunAsync("pkcs11-tool", ["--module", ModulePath, "--list-slots"], cancellationToken);
                return slots.Output.Contains(TokenLabel, StringComparison.Ordinal);
            },
            "card in the virtual reader", cancellationToken);
    }

    /// <summary>Pulls the card.</summary>
    public async Task PullAsync()
    {
        await _plugged!.DisposeAsync();
        _plugged = null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_plugged is not null)
        {
            await _plugged.DisposeAsync();
        }

        if (_service is not null)
        {
            await _service.DisposeAsync();
        }

        _card.Dispose();
        _lock.Dispose();
    }
}
