using System.Security.Cryptography.X509Certificates;

namespace Signet.Testing.Cards;

/// <summary>
/// The smartcard stack without a card: pcscd with vsmartcard's virtual readers, and one or two virtual cards in them that are
/// pulled and pushed back. There is one on a machine, so one fixture uses it at a time.
/// </summary>
public sealed class SmartcardReader : IAsyncDisposable
{
    /// <summary>Where Debian installs OpenSC's module.</summary>
    public const string ModulePath = "/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so";

    // vpcd has as many readers.
    private const int Readers = 2;

    private readonly MachineLock _lock;
    private readonly List<PluggedCard> _cards = [];
    private Daemon? _service;

    private SmartcardReader(MachineLock machine) => _lock = machine;

    /// <summary>The cards, in the order in which they were asked for.</summary>
    public IReadOnlyList<PluggedCard> Cards => _cards;

    /// <summary>PIN tries that the first card has left.</summary>
    public int Tries => _cards[0].Tries;

    /// <summary>Starts the service and pushes a card in.</summary>
    public static Task<SmartcardReader> StartAsync(VirtualCard card, CancellationToken cancellationToken) =>
        StartAsync([card], cancellationToken);

    /// <summary>Starts the service and pushes the cards in, each in its own reader.</summary>
    public static async Task<SmartcardReader> StartAsync(IReadOnlyList<VirtualCard> cards, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfZero(cards.Count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(cards.Count, Readers);
        var reader = new SmartcardReader(await MachineLock.TakeAsync("pcscd", cancellationToken));
        try
        {
            reader._cards.AddRange(cards.Select((card, index) => new PluggedCard(card, index)));
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

    /// <summary>Makes each signature of the cards take a second, or not.</summary>
    public void SetSlow(bool slow) => _cards.ForEach(card => card.SetSlow(slow));

    /// <summary>The public key in a slot of the first card; see <see cref="PluggedCard.PublicKeyOf"/>.</summary>
    public PublicKey PublicKeyOf(string slot) => _cards[0].PublicKeyOf(slot);

    /// <summary>Starts pcscd.</summary>
    public void StartService()
    {
        Directory.CreateDirectory("/run/pcscd");
        _service = Daemon.Start("/usr/sbin/pcscd", "--foreground");
    }

    /// <summary>Makes sure that the service runs and the cards are in their readers.</summary>
    public async Task HealAsync(CancellationToken cancellationToken)
    {
        SetSlow(false);
        if (_service is null or { HasExited: true })
        {
            StartService();
        }

        foreach (var card in _cards.Where(card => !card.IsIn))
        {
            await card.PushAsync(cancellationToken);
        }
    }

    /// <summary>Kills pcscd.</summary>
    public async Task KillServiceAsync()
    {
        await _service!.DisposeAsync();
        _service = null;
    }

    /// <summary>Pushes the cards in and waits until OpenSC sees them.</summary>
    public async Task PushAsync(CancellationToken cancellationToken)
    {
        foreach (var card in _cards)
        {
            await card.PushAsync(cancellationToken);
        }
    }

    /// <summary>Pulls the cards.</summary>
    public async Task PullAsync()
    {
        foreach (var card in _cards)
        {
            await card.PullAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var card in _cards)
        {
            await card.DisposeAsync();
        }

        if (_service is not null)
        {
            await _service.DisposeAsync();
        }

        _lock.Dispose();
    }
}
