using System.Text.Json;
using Microsoft.Extensions.Logging;
using Signet.Tokens.Host;
using Signet.Tokens.Supervision;

namespace Signet.Tokens.Tests;

/// <summary>
/// What tests start as child processes: a token host ("host"), an agent that supervises one ("supervise FILE"), and
/// a caller under another account ("call WHAT SOCKET").
/// </summary>
internal static class Program
{
    private static async Task<int> Main(string[] arguments)
    {
        switch (arguments)
        {
            case ["host"]:
                await TokenHostProcess.RunAsync(CancellationToken.None);
                return 0;
            case ["supervise", var file]:
                await SuperviseAsync(Read<TokenHostLaunch>(file));
                return 0;
            case ["call", var what, var socket]:
                return await Tools.OtherAccount.CallAsync(what, socket);
            default:
                await Console.Error.WriteLineAsync("Only tests start this program.");
                return 1;
        }
    }

    private static T Read<T>(string file) => JsonSerializer.Deserialize<T>(File.ReadAllText(file))!;

    private static async Task SuperviseAsync(TokenHostLaunch launch)
    {
        using var logging = LoggerFactory.Create(_ => { });
        await using var supervisor = new TokenSupervisor(
            launch, new Tools.RecordingSink(), TimeProvider.System, logging.CreateLogger<TokenSupervisor>());
        await supervisor.StartAsync(CancellationToken.None);
        await Task.Delay(Timeout.Infinite);
    }
}
