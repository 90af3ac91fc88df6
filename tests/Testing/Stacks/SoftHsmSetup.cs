using Signet.Testing.SoftHsm;
using Signet.Testing.Tools;

namespace Signet.Testing.Stacks;

/// <summary>
/// SoftHSM itself. CKF_LOGIN_REQUIRED; a wrong PIN gives CKR_PIN_INCORRECT and sets CKF_USER_PIN_COUNT_LOW, and never a
/// further flag; PINs have 4 to 255 bytes. A private key shows its modulus, but not its point (CKA_EC_POINT).
/// </summary>
public sealed class SoftHsmSetup : ITokenSetup
{
    private readonly TemporaryDirectory _directory;
    private readonly SoftHsmToken _token;

    private SoftHsmSetup(TemporaryDirectory directory, SoftHsmToken token, IReadOnlyList<StackKey> keys)
    {
        _directory = directory;
        _token = token;
        Keys = keys;
    }

    public string Name => "SoftHSM";

    public string ModulePath => SoftHsmToken.ModulePath;

    public IReadOnlyDictionary<string, string> Environment => _token.Environment;

    public string TokenLabel => _token.Label;

    public string TokenSerial => _token.Serial;

    public string? Pin => _token.UserPin;

    public IReadOnlyList<StackKey> Keys { get; }

    /// <summary>Makes the token and its keys.</summary>
    public static async Task<SoftHsmSetup> StartAsync(CancellationToken cancellationToken)
    {
        var directory = new TemporaryDirectory();
        try
        {
            var token = await SoftHsmToken.CreateAsync(directory.Path, "stack", cancellationToken);
            List<StackKey> keys = [];
            foreach (var (label, type) in new[] { ("first", "rsa:2048"), ("second", "EC:prime256v1") })
            {
                await token.GenerateKeyAsync(label, type, cancellationToken);
                keys.Add(new StackKey(
                    label, SoftHsmToken.IdOf(label), type.StartsWith("EC", StringComparison.Ordinal),
                    await token.ReadPublicKeyAsync(label, cancellationToken)));
            }

            return new SoftHsmSetup(directory, token, keys);
        }
        catch
        {
            directory.Dispose();
            throw;
        }
    }

    public ValueTask DisposeAsync()
    {
        _directory.Dispose();
        return ValueTask.CompletedTask;
    }
}
