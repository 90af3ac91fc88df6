using Signet.Testing.Cards;
using Signet.Testing.Tools;

namespace Signet.Testing.Stacks;

/// <summary>
/// A token of SoftHSM in another process: <c>p11-kit server</c> offers it on a Unix socket, and p11-kit-client.so uses it
/// there. Flags, return values and attributes are those of SoftHSM; the slot has another id. The server gives each
/// connection a process of its own, so one that is cut loses the login.
/// </summary>
public sealed class P11KitSetup : ITokenSetup
{
    private readonly TemporaryDirectory _directory = new();
    private readonly SoftHsmSetup _below;
    private readonly Daemon _server;

    private P11KitSetup(SoftHsmSetup below)
    {
        _below = below;
        var socket = _directory.File("p11.sock");
        _server = Daemon.Start(
            "/usr/bin/p11-kit",
            ["server", "--foreground", "--name", socket, "--provider", below.ModulePath, $"pkcs11:token={below.TokenLabel}"],
            below.Environment);
        Environment = new Dictionary<string, string> { ["P11_KIT_SERVER_ADDRESS"] = $"unix:path={socket}" };
    }

    public string Name => "p11-kit client and server over SoftHSM";

    public string ModulePath => "/usr/lib/x86_64-linux-gnu/pkcs11/p11-kit-client.so";

    public IReadOnlyDictionary<string, string> Environment { get; }

    public string TokenLabel => _below.TokenLabel;

    public string TokenSerial => _below.TokenSerial;

    public string? Pin => _below.Pin;

    public IReadOnlyList<StackKey> Keys => _below.Keys;

    /// <summary>Makes the token and its keys, and starts the server.</summary>
    public static async Task<P11KitSetup> StartAsync(CancellationToken cancellationToken)
    {
        var stack = new P11KitSetup(await SoftHsmSetup.StartAsync(cancellationToken));
        try
        {
            await Eventually.TrueAsync(
                () => Task.FromResult(File.Exists(stack._directory.File("p11.sock"))), "socket of p11-kit server", cancellationToken);
            return stack;
        }
        catch
        {
            await stack.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _directory.Dispose();
        await _below.DisposeAsync();
    }
}
