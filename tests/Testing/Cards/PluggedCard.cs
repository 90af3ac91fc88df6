using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using Signet.Testing.Tools;

namespace Signet.Testing.Cards;

/// <summary>A virtual card in a virtual reader. It is pulled and pushed back, and stays the same card.</summary>
public sealed class PluggedCard : IAsyncDisposable
{
    private const int FirstPort = 35963;

    private readonly TemporaryDirectory _directory = new();
    private readonly int _reader;
    private Daemon? _program;

    internal PluggedCard(VirtualCard card, int reader) => (Card, _reader) = (card, reader);

    /// <summary>Which card it is.</summary>
    public VirtualCard Card { get; }

    /// <summary>PIN tries that it has left.</summary>
    public int Tries => File.Exists(_directory.File("tries")) ? int.Parse(ReadText("tries"), CultureInfo.InvariantCulture) : 3;

    /// <summary>An OpenPGP card's serial number as OpenSC shows it.</summary>
    public string Serial => ReadText("serial");

    /// <summary>Whether it is in the reader.</summary>
    internal bool IsIn => _program is { HasExited: false };

    /// <summary>The public key of a certificate: 9a, 9c or 9e of a PIV card, sig or aut of an OpenPGP card, sig of a GIDS card.</summary>
    public PublicKey PublicKeyOf(string slot)
    {
        using var certificate = X509CertificateLoader.LoadCertificateFromFile(_directory.File(slot + ".der"));
        return certificate.PublicKey;
    }

    /// <summary>Makes each signature take a second, or not.</summary>
    public void SetSlow(bool slow)
    {
        if (slow)
        {
            File.WriteAllText(_directory.File("slow"), string.Empty);
        }
        else
        {
            File.Delete(_directory.File("slow"));
        }
    }

    /// <summary>Pushes it in and waits until OpenSC sees its tokens.</summary>
    public Task PushAsync(CancellationToken cancellationToken) => Eventually.TrueAsync(
        async () =>
        {
            if (!IsIn)
            {
                // Until the reader listens, the card ends at once.
                await PullAsync();
                var port = (FirstPort + _reader).ToString(CultureInfo.InvariantCulture);
                _program = Daemon.Start(
                    "/usr/bin/python3", [Repository.PathOf(Card.Program), _directory.Path, port, .. Card.Options]);
            }

            var slots = await ExternalProgram.RunAsync("pkcs11-tool", ["--module", SmartcardReader.ModulePath, "--list-slots"], cancellationToken);
            return Card.TokenLabels.All(label => HasToken(slots.Output, label));
        },
        $"card {Card.TokenLabel} in the virtual reader {_reader}", cancellationToken);

    /// <summary>Pulls it.</summary>
    public async Task PullAsync()
    {
        if (_program is not null)
        {
            await _program.DisposeAsync();
            _program = null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await PullAsync();
        _directory.Dispose();
    }

    private string ReadText(string name) => File.ReadAllText(_directory.File(name)).Trim();

    /// <summary>Whether pkcs11-tool lists a token of a label in this card's reader, "Virtual PCD 00 00" or "Virtual PCD 00 01".</summary>
    private bool HasToken(string listing, string label)
    {
        var here = false;
        foreach (var line in listing.Split('\n'))
        {
            if (line.StartsWith("Slot ", StringComparison.Ordinal))
            {
                here = line.TrimEnd().EndsWith($"0{_reader}", StringComparison.Ordinal);
            }
            else if (here && line.TrimEnd().EndsWith($": {label}", StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }
}
