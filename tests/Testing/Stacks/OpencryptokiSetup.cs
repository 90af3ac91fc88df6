using System.Security.Cryptography.X509Certificates;
using Signet.Testing.Cards;

namespace Signet.Testing.Stacks;

/// <summary>
/// The software token of opencryptoki. Its state is the machine's own; the serial number is 123 on every machine.
/// CKF_LOGIN_REQUIRED; a wrong PIN gives CKR_PIN_INCORRECT and sets CKF_USER_PIN_COUNT_LOW; PINs have 4 to 8 bytes. A private
/// key shows its modulus; one that pkcs11-tool makes is extractable.
/// </summary>
public sealed class OpencryptokiSetup : ITokenSetup
{
    private readonly OpencryptokiToken _token;

    private OpencryptokiSetup(OpencryptokiToken token, IReadOnlyList<StackKey> keys)
    {
        _token = token;
        Keys = keys;
    }

    public string Name => "opencryptoki, software token";

    public string ModulePath => OpencryptokiToken.ModulePath;

    public IReadOnlyDictionary<string, string> Environment { get; } = new Dictionary<string, string>();

    public string TokenLabel => OpencryptokiToken.Label;

    public string TokenSerial => "123";

    public string? Pin => OpencryptokiToken.Pin;

    public IReadOnlyList<StackKey> Keys { get; }

    /// <summary>Starts the daemon where it does not run, and makes the keys anew.</summary>
    public static async Task<OpencryptokiSetup> StartAsync(CancellationToken cancellationToken)
    {
        var token = await OpencryptokiToken.StartAsync(cancellationToken);
        try
        {
            return new OpencryptokiSetup(
                token,
                [
                    new("stack-first", "11", IsElliptic: false, Spki(await OpencryptokiToken.GenerateKeyAsync("stack-first", cancellationToken, "11"))),
                    new("stack-second", "12", IsElliptic: false, Spki(await OpencryptokiToken.GenerateKeyAsync("stack-second", cancellationToken, "12"))),
                ]);
        }
        catch
        {
            await token.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => _token.DisposeAsync();

    private static byte[] Spki(PublicKey key) => key.ExportSubjectPublicKeyInfo();
}
