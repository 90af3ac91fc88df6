using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using Signet.Testing.Tools;

namespace Signet.Testing.Stacks;

/// <summary>
/// A certificate database of NSS, through libsoftokn3.so, with a password or without one. The module ends C_Initialize with
/// CKR_ARGUMENTS_BAD unless it is told where the database is.
/// </summary>
/// <remarks>
/// Seen with NSS 3.87. Every database has the label and the serial number of this one, beside a second token without keys
/// ("NSS Generic Crypto Services"). A key that certutil makes has an empty CKA_LABEL and, as CKA_ID, the SHA-1 of its
/// modulus or point; one that pk12util brings has the certificate's nickname as its label. A private key shows its modulus,
/// but not its point, and has no CKA_ALWAYS_AUTHENTICATE. PINs have 0 to 500 bytes.
/// With a password: CKF_LOGIN_REQUIRED; a wrong PIN and an empty one give CKR_PIN_INCORRECT; no flag ever counts them.
/// Without: CKF_LOGIN_REQUIRED is not set, CKF_USER_PIN_INITIALIZED is; a session stays CKS_RO_PUBLIC_SESSION, shows private
/// keys and signs. C_Login takes an empty PIN and changes nothing: C_Logout says CKR_USER_NOT_LOGGED_IN after it. Any other
/// PIN gives CKR_PIN_INCORRECT.
/// </remarks>
public sealed partial class NssSetup : ITokenSetup
{
    private readonly TemporaryDirectory _directory = new();

    private NssSetup(string? password) => Pin = password;

    public string Name => Pin is null ? "NSS without a password" : "NSS";

    public string ModulePath => "/usr/lib/x86_64-linux-gnu/libsoftokn3.so";

    public string? InitArguments =>
        $"configdir='sql:{_directory.Path}' certPrefix='' keyPrefix='' secmod='secmod.db' flags=";

    public IReadOnlyDictionary<string, string> Environment { get; } = new Dictionary<string, string>();

    public string TokenLabel => "NSS Certificate DB";

    public string TokenSerial => "0000000000000000";

    public string? Pin { get; }

    public bool FlagsWrongPins => false;

    public IReadOnlyList<StackKey> Keys { get; private set; } = [];

    /// <summary>Makes the database and, in it, its keys, each with a certificate.</summary>
    public static async Task<NssSetup> StartAsync(bool withPassword, CancellationToken cancellationToken)
    {
        var stack = new NssSetup(withPassword ? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8)) : null);
        try
        {
            await File.WriteAllTextAsync(stack._directory.File("password"), stack.Pin, cancellationToken);
            await File.WriteAllBytesAsync(stack._directory.File("noise"), RandomNumberGenerator.GetBytes(64), cancellationToken);
            await stack.CertutilAsync(withPassword ? ["-N"] : ["-N", "--empty-password"], cancellationToken);
            stack.Keys =
            [
                await stack.GenerateAsync("rsa", ["-g", "2048"], cancellationToken),
                await stack.GenerateAsync("ec", ["-q", "nistp256"], cancellationToken),
            ];
            return stack;
        }
        catch
        {
            await stack.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync()
    {
        _directory.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<StackKey> GenerateAsync(string type, string[] size, CancellationToken cancellationToken)
    {
        await CertutilAsync(
            ["-S", "-x", "-n", type, "-s", $"CN={type}", "-t", ",,", "-z", _directory.File("noise"), "-k", type, .. size],
            cancellationToken);
        var shown = await CertutilAsync(["-L", "-n", type, "-a"], cancellationToken);
        using var certificate = X509Certificate2.CreateFromPem(shown.Output);
        var listed = await CertutilAsync(["-K"], cancellationToken);
        var key = PrivateKey().Matches(listed.Output).Single(match => match.Groups["type"].Value == type);
        return new StackKey(null, key.Groups["id"].Value, type == "ec", certificate.PublicKey.ExportSubjectPublicKeyInfo());
    }

    private Task<ProgramResult> CertutilAsync(IEnumerable<string> arguments, CancellationToken cancellationToken) =>
        ExternalProgram.RunSuccessfullyAsync(
            "certutil", [.. arguments, "-d", $"sql:{_directory.Path}", .. Pin is null ? [] : new[] { "-f", _directory.File("password") }],
            cancellationToken);

    // < 0> rsa      6517c6150899f55e0135b6f2bfd86be307c9631d   NSS Certificate DB:rsa
    [GeneratedRegex("^< *[0-9]+> +(?<type>[a-z]+) +(?<id>[0-9a-f]{40}) ", RegexOptions.Multiline)]
    private static partial Regex PrivateKey();
}
