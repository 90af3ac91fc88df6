using System.Diagnostics;
using System.Runtime.Versioning;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;
using Signet.Testing.Tools;
using Signet.Tokens.Client;
using Signet.Tokens.Host;

namespace Signet.Tokens.Tests.Supervision;

/// <summary>
/// A token host in a PID namespace of its own sees no process of whoever calls from outside (pid_namespaces(7)). The account is
/// an operator's; it is refused all the same.
/// </summary>
[Platform("Linux")]
[SupportedOSPlatform("linux")]
[CancelAfter(60_000)]
public sealed class OtherNamespaceTests
{
    [Test]
    public async Task Call_FromOutsideOfTheHostsPidNamespace_IsRefused(CancellationToken cancellationToken)
    {
        using var directory = new TemporaryDirectory();
        var options = new TokenHostOptions
        {
            Name = "dev",
            SocketPath = directory.File("t.sock"),
            Operators = [Environment.UserName],
            Pfx = new PfxTokenOptions { Path = directory.File("none.pfx") },
        };
        using var host = Process.Start(new ProcessStartInfo(
            "unshare", ["--pid", "--fork", "--kill-child", "dotnet", typeof(OtherNamespaceTests).Assembly.Location, "host"])
        {
            RedirectStandardInput = true,
        })!;
        try
        {
            await host.StandardInput.WriteLineAsync(TokenHostInput.Line(options));
            await host.StandardInput.FlushAsync(cancellationToken);
            await Tools.Eventually.BecomesTrueAsync(() => File.Exists(options.SocketPath), "the host serves", cancellationToken);

            var refused = await Assert.ThrowsAsync<SigningException>(
                async () => await TokenHostClient.GetStatusAsync(options.SocketPath, cancellationToken));

            Assert.That(refused!.Reason, Is.EqualTo(ErrorReason.NotGranted));
            Assert.That(refused.Message, Does.Contain("PID namespace"));
        }
        finally
        {
            host.Kill(entireProcessTree: true);
        }
    }
}
