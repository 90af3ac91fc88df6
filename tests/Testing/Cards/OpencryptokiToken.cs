using System.Security.Cryptography.X509Certificates;
using Signet.Testing.Tools;

namespace Signet.Testing.Cards;

/// <summary>
/// The software token of opencryptoki, with its daemon: another maker's PKCS#11 module. Its state is the machine's own, so
/// one fixture uses it, and only a token that is new or that an earlier run made.
/// </summary>
public sealed class OpencryptokiToken : IAsyncDisposable
{
    public const string ModulePath = "/usr/lib/x86_64-linux-gnu/opencryptoki/libopencryptoki.so.0";

    public const string Label = "signet-test";

    public const string Pin = "1234567";

    private const string Slot = "3";
    private const string FirstSoPin = "87654321";
    private const string SoPin = "76543210";

    private readonly MachineLock _lock;
    private Daemon? _daemon;

    private OpencryptokiToken(MachineLock machine) => _lock = machine;

    /// <summary>Starts the daemon where it does not run, and makes the token or takes the one of an earlier run.</summary>
    /// <exception cref="InvalidOperationException">The slot holds a token that no test made.</exception>
    public static async Task<OpencryptokiToken> StartAsync(CancellationToken cancellationToken)
    {
        var token = new OpencryptokiToken(await MachineLock.TakeAsync("opencryptoki", cancellationToken));
        try
        {
            if ((await ExternalProgram.RunAsync("pgrep", ["-x", "pkcsslotd"], cancellationToken)).ExitCode != 0)
            {
                token._daemon = Daemon.Start("/usr/sbin/pkcsslotd", "-f");
            }

            var slots = await Eventually.GetAsync(
                async () => await ToolAsync(["--list-slots"], cancellationToken) is { } listed && listed.Output.Contains("Slot", StringComparison.Ordinal) ? listed : null,
                "slot of opencryptoki", cancellationToken);
            if (slots.Output.Contains("uninitialized", StringComparison.Ordinal))
            {
                await SuccessAsync(["--init-token", "--label", Label, "--so-pin", FirstSoPin], cancellationToken);
                await SuccessAsync(["--login", "--login-type", "so", "--so-pin", FirstSoPin, "--change-pin", "--new-pin", SoPin], cancellationToken);
                await SuccessAsync(["--login", "--login-type", "so", "--so-pin", SoPin, "--init-pin", "--new-pin", Pin], cancellationToken);
            }
            else if (!slots.Output.Contains(Label, StringComparison.Ordinal))
            {
                throw new InvalidOperationException($"Slot {Slot} of opencryptoki holds a token that no test of Signet made:\n{slots.Output}");
            }

            return token;
        }
        catch
        {
            await token.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes an RSA-2048 key, in place of an earlier one with the same id.</summary>
    /// <returns>Its public half.</returns>
    public static async Task<PublicKey> GenerateKeyAsync(string label, CancellationToken cancellationToken, string id = "01")
    {
        using var directory = new TemporaryDirectory();
        var file = directory.File("public.der");
        foreach (var type in new[] { "privkey", "pubkey" })
        {
            // There may be none.
            await ToolAsync(["--login", "--pin", Pin, "--delete-object", "--type", type, "--id", id], cancellationToken);
        }

        await SuccessAsync(["--login", "--pin", Pin, "--keypairgen", "--usage-sign", "--key-type", "rsa:2048", "--label", label, "--id", id], cancellationToken);
        await SuccessAsync(["--login", "--pin", Pin, "--read-object", "--type", "pubkey", "--id", id, "--output-file", file], cancellationToken);
        return PublicKey.CreateFromSubjectPublicKeyInfo(await File.ReadAllBytesAsync(file, cancellationToken), out _);
    }

    public async ValueTask DisposeAsync()
    {
        if (_daemon is not null)
        {
            await _daemon.DisposeAsync();
        }

        _lock.Dispose();
    }

    private static Task<ProgramResult> ToolAsync(IEnumerable<string> arguments, CancellationToken cancellationToken) =>
        ExternalProgram.RunAsync("pkcs11-tool", ["--module", ModulePath, "--slot", Slot, .. arguments], cancellationToken);

    private static async Task SuccessAsync(IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        var result = await ToolAsync(arguments, cancellationToken);
        if (result.ExitCode != 0)
        {
            throw new InvalidOperationException($"pkcs11-tool ended with {result.ExitCode}: {result.All}");
        }
    }
}
