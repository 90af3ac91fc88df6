using Signet.Testing.Cards;

namespace Signet.Testing.Stacks;

/// <summary>A virtual smartcard behind pcscd and OpenSC.</summary>
/// <remarks>
/// Seen with OpenSC 0.23. An OpenPGP card answers C_Login with a wrong PIN by CKR_USER_NOT_LOGGED_IN; its two tokens share their
/// serial number and their counter, and every such card has the same two labels. A PIV card keeps CKF_LOGIN_REQUIRED also
/// for slot 9e, whose key is public (CKA_PRIVATE false) and signs without a login.
/// </remarks>
public sealed class CardSetup : ITokenSetup
{
    private readonly SmartcardReader _reader;

    private CardSetup(string name, SmartcardReader reader, string label, string? pin, StackKey key)
    {
        Name = name;
        _reader = reader;
        TokenLabel = label;
        Pin = pin;
        Keys = [key];
    }

    public string Name { get; }

    public string ModulePath => SmartcardReader.ModulePath;

    public IReadOnlyDictionary<string, string> Environment { get; } = new Dictionary<string, string>();

    public string TokenLabel { get; }

    public string TokenSerial { get; private init; } = string.Empty;

    public string? Pin { get; }

    public bool SaysNoLogin => false;

    public bool FlagsWrongPins { get; private init; }

    public IReadOnlyList<StackKey> Keys { get; }

    /// <summary>The card, which can be pulled and pushed back.</summary>
    public PluggedCard Card => _reader.Cards[0];

    /// <summary>An OpenPGP card beside another one in the second reader: label and serial number together tell its signing token.</summary>
    public static async Task<CardSetup> StartOpenPgpAsync(CancellationToken cancellationToken)
    {
        var reader = await SmartcardReader.StartAsync([VirtualCard.OpenPgp, VirtualCard.OpenPgp], cancellationToken);
        return new CardSetup(
            "OpenPGP card", reader, VirtualCard.OpenPgp.TokenLabels[1], VirtualCard.OpenPgp.Pin, KeyOf(reader, "Signature key", "01", "sig"))
        {
            TokenSerial = reader.Cards[0].Serial,
        };
    }

    /// <summary>A GIDS card.</summary>
    public static async Task<CardSetup> StartGidsAsync(CancellationToken cancellationToken)
    {
        var reader = await SmartcardReader.StartAsync(VirtualCard.Gids, cancellationToken);
        return new CardSetup("GIDS card", reader, VirtualCard.Gids.TokenLabel, VirtualCard.Gids.Pin, KeyOf(reader, "Signet test key", "00", "sig"))
        {
            // OpenSC shows the last half of it.
            TokenSerial = reader.Cards[0].Serial[^16..],
            FlagsWrongPins = true,
        };
    }

    /// <summary>The key of a PIV card that asks for no PIN.</summary>
    public static async Task<CardSetup> StartPivWithoutPinAsync(CancellationToken cancellationToken)
    {
        var reader = await SmartcardReader.StartAsync(VirtualCard.PivWithCardAuthentication, cancellationToken);
        return new CardSetup(
            "PIV card, slot 9e", reader, VirtualCard.PivWithCardAuthentication.TokenLabel, pin: null, KeyOf(reader, "CARD AUTH key", "04", "9e"));
    }

    // A right PIN sets the counter back, so only a card whose PIN nobody typed right can tell.
    public Task<int?> CountWrongPinsAsync(CancellationToken cancellationToken) =>
        Task.FromResult<int?>(Pin is null ? 3 - Card.Tries : null);

    public ValueTask DisposeAsync() => _reader.DisposeAsync();

    private static StackKey KeyOf(SmartcardReader reader, string label, string id, string certificate) =>
        new(label, id, IsElliptic: false, reader.PublicKeyOf(certificate).ExportSubjectPublicKeyInfo());
}
