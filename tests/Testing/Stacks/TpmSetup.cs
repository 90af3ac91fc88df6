using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Signet.Testing.Tools;

namespace Signet.Testing.Stacks;

/// <summary>Keys in a TPM 2.0, through tpm2-pkcs11, with a user PIN or with an empty one.</summary>
/// <remarks>
/// Seen with tpm2-pkcs11 1.9. The serial number is 0000000000000000 for each token, so the label tells them apart; beside
/// them there is always a slot with a token that is not initialized. Private keys have label and id, show modulus and point,
/// and say which mechanisms they allow (CKA_ALLOWED_MECHANISMS). PINs have 0 to 128 bytes.
/// With a PIN: CKF_LOGIN_REQUIRED. A wrong PIN and an empty one give CKR_PIN_INCORRECT, and no flag counts them. The TPM does:
/// after three, for all its tokens together, C_Login and C_SignInit give CKR_PIN_LOCKED until its lockout ends by itself.
/// With an empty PIN that tpm2_ptool set: CKF_LOGIN_REQUIRED is not set; a session stays CKS_RO_PUBLIC_SESSION, shows private
/// keys and signs. C_Login takes the empty PIN, and the session is then CKS_RO_USER_FUNCTIONS; any other PIN gives
/// CKR_PIN_INCORRECT and counts. An empty PIN that C_InitPIN set still wants a login.
/// </remarks>
public sealed partial class TpmSetup : ITokenSetup
{
    private readonly TpmDevice _device;

    private TpmSetup(TpmDevice device, string? pin)
    {
        _device = device;
        Pin = pin;
    }

    public string Name => Pin is null ? "tpm2-pkcs11 with an empty PIN" : "tpm2-pkcs11";

    public string ModulePath => "/usr/lib/x86_64-linux-gnu/pkcs11/libtpm2_pkcs11.so";

    public IReadOnlyDictionary<string, string> Environment => _device.Environment;

    public string TokenLabel => "stack";

    public string TokenSerial => "0000000000000000";

    public string? Pin { get; }

    public bool FlagsWrongPins => false;

    public IReadOnlyList<StackKey> Keys { get; private set; } = [];

    /// <summary>Starts a TPM and makes the token and its keys in it.</summary>
    public static async Task<TpmSetup> StartAsync(bool withPin, CancellationToken cancellationToken)
    {
        var pin = withPin ? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8)) : null;
        var stack = new TpmSetup(await TpmDevice.StartAsync(cancellationToken), pin);
        try
        {
            await stack.ToolAsync(["init"], cancellationToken);
            await stack.ToolAsync(
                ["addtoken", "--pid", "1", "--label", stack.TokenLabel, "--userpin", pin ?? string.Empty, "--sopin", "so-pin"],
                cancellationToken);
            stack.Keys =
            [
                await stack.GenerateAsync("first", "k1", "rsa2048", cancellationToken),
                await stack.GenerateAsync("second", "k2", "ecc256", cancellationToken),
            ];
            return stack;
        }
        catch
        {
            await stack.DisposeAsync();
            throw;
        }
    }

    /// <summary>The TPM's own counter of failed authorizations.</summary>
    public async Task<int?> CountWrongPinsAsync(CancellationToken cancellationToken)
    {
        var shown = await _device.RunAsync("tpm2_getcap", ["properties-variable"], cancellationToken);
        return int.Parse(LockoutCounter().Match(shown.Output).Groups["count"].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }

    public ValueTask DisposeAsync() => _device.DisposeAsync();

    private async Task<StackKey> GenerateAsync(string label, string id, string algorithm, CancellationToken cancellationToken)
    {
        await ToolAsync(
            ["addkey", "--label", TokenLabel, "--userpin", Pin ?? string.Empty, "--algorithm", algorithm, "--key-label", label, "--id", id],
            cancellationToken);

        // tpm2_ptool takes the id as text.
        var hex = Convert.ToHexStringLower(System.Text.Encoding.ASCII.GetBytes(id));
        var file = Path.Combine(_device.Store, $"{label}.der");
        await _device.RunAsync(
            "pkcs11-tool",
            ["--module", ModulePath, "--token-label", TokenLabel, "--read-object", "--type", "pubkey", "--id", hex, "--output-file", file],
            cancellationToken);
        return new StackKey(label, hex, algorithm == "ecc256", await File.ReadAllBytesAsync(file, cancellationToken));
    }

    private Task<ProgramResult> ToolAsync(IEnumerable<string> arguments, CancellationToken cancellationToken) =>
        _device.RunAsync("tpm2_ptool", [.. arguments, "--path", _device.Store], cancellationToken);

    [GeneratedRegex("TPM2_PT_LOCKOUT_COUNTER: 0x(?<count>[0-9A-Fa-f]+)")]
    private static partial Regex LockoutCounter();
}
