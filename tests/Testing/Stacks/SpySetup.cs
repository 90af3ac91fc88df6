using System.Text.RegularExpressions;
using Signet.Testing.Tools;

namespace Signet.Testing.Stacks;

/// <summary>
/// OpenSC's pkcs11-spy between Signet and SoftHSM: it notes each call. Its notes hold the PIN in clear, so it is for tests
/// alone; without PKCS11SPY_OUTPUT they go to the standard error.
/// </summary>
public sealed partial class SpySetup : ITokenSetup
{
    private readonly TemporaryDirectory _directory = new();
    private readonly SoftHsmSetup _below;

    private SpySetup(SoftHsmSetup below)
    {
        _below = below;
        Environment = new Dictionary<string, string>(below.Environment)
        {
            ["PKCS11SPY"] = below.ModulePath,
            ["PKCS11SPY_OUTPUT"] = _directory.File("calls"),
        };
    }

    public string Name => "pkcs11-spy over SoftHSM";

    public string ModulePath => "/usr/lib/x86_64-linux-gnu/pkcs11-spy.so";

    public IReadOnlyDictionary<string, string> Environment { get; }

    public string TokenLabel => _below.TokenLabel;

    public string TokenSerial => _below.TokenSerial;

    public string? Pin => _below.Pin;

    public IReadOnlyList<StackKey> Keys => _below.Keys;

    /// <summary>Makes the token below and its keys.</summary>
    public static async Task<SpySetup> StartAsync(CancellationToken cancellationToken) =>
        new(await SoftHsmSetup.StartAsync(cancellationToken));

    /// <summary>Calls of C_Login that a wrong PIN ended.</summary>
    public async Task<int?> CountWrongPinsAsync(CancellationToken cancellationToken) =>
        WrongPin().Count(await File.ReadAllTextAsync(_directory.File("calls"), cancellationToken));

    public async ValueTask DisposeAsync()
    {
        _directory.Dispose();
        await _below.DisposeAsync();
    }

    [GeneratedRegex("^Returned: +160 CKR_PIN_INCORRECT", RegexOptions.Multiline)]
    private static partial Regex WrongPin();
}
