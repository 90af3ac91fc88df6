using System.Text;
using Google.Protobuf;
using Grpc.Core;
using Signet.Protocol.Errors;
using Signet.Protocol.Local;
using Signet.Protocol.V1;
using Signet.Testing.Tools;

namespace Signet.Tokens.Tests.Tools;

/// <summary>Calls a token host as another account of this machine: as "nobody", through setpriv.</summary>
internal static class OtherAccount
{
    public const string Name = "nobody";

    private const string UserId = "65534";

    /// <summary>Runs one call in a process of that account and gives what it printed: OK or the reason of the error.</summary>
    public static async Task<string> RunAsync(string what, string socket, CancellationToken cancellationToken)
    {
        var result = await ExternalProgram.RunSuccessfullyAsync(
            "setpriv",
            [
                "--reuid", UserId, "--regid", UserId, "--clear-groups", "--no-new-privs",
                "dotnet", typeof(OtherAccount).Assembly.Location, "call", what, socket,
            ],
            cancellationToken,
            environment: new Dictionary<string, string> { ["HOME"] = "/nonexistent", ["DOTNET_EnableDiagnostics"] = "0" });
        return result.Output.Trim();
    }

    /// <summary>What the process of that account does.</summary>
    public static async Task<int> CallAsync(string what, string socket)
    {
        using var channel = LocalChannel.Connect(socket);
        var host = new TokenHost.TokenHostClient(channel);
        try
        {
            await CallAsync(host, what);
            Console.WriteLine("OK");
        }
        catch (RpcException exception)
        {
            Console.WriteLine(ErrorStatus.FromRpcException(exception)?.Reason.ToString() ?? exception.StatusCode.ToString());
        }

        return 0;
    }

    private static async Task CallAsync(TokenHost.TokenHostClient host, string what)
    {
        switch (what)
        {
            case "unlock":
                await host.UnlockAsync(new UnlockRequest { Pin = ByteString.CopyFrom("1234", Encoding.UTF8) });
                break;
            case "lock":
                await host.LockAsync(new LockRequest());
                break;
            case "sign":
                using (var signing = host.Sign())
                {
                    // The refusal may come before the digest is written; it is read all the same.
                    _ = signing.RequestStream.WriteAsync(new SignRequest
                    {
                        Key = "k",
                        Digest = ByteString.CopyFrom(new byte[32]),
                        Mechanism = SignatureMechanism.RsaPkcs1Sha256,
                    });
                    await signing.ResponseStream.MoveNext(CancellationToken.None);
                }

                break;
            case "describe":
                await host.DescribeKeysAsync(new DescribeKeysRequest());
                break;
            case "health":
                await host.HealthAsync(new HealthRequest());
                break;
            case "watch":
                using (var call = host.Watch(new WatchTokenRequest()))
                {
                    await call.ResponseStream.MoveNext(CancellationToken.None);
                }

                break;
            default:
                throw new ArgumentException(what, nameof(what));
        }
    }
}
