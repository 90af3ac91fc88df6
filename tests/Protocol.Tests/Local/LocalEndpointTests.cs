using System.Net.Sockets;
using System.Runtime.Versioning;
using Grpc.Core;
using Signet.Protocol.Local;
using Signet.Protocol.V1;
using Signet.Testing.Tools;

namespace Signet.Protocol.Tests.Local;

[TestFixture]
[Platform("Linux")]
[SupportedOSPlatform("linux")]
internal sealed class LocalEndpointTests
{
    private TemporaryDirectory _directory = null!;

    [SetUp]
    public void MakeDirectory() => _directory = new TemporaryDirectory();

    [TearDown]
    public void RemoveDirectory() => _directory.Dispose();

    [Test]
    [CancelAfter(30_000)]
    public async Task Of_WhenThisProcessCalls_NamesItsAccountAndProcess(CancellationToken cancellationToken)
    {
        var path = _directory.File("a.sock");
        await using var server = await LocalServer.StartAsync(path, cancellationToken);

        await CallAsync(path, cancellationToken);

        var caller = server.Callers.Single();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(caller.Account, Is.EqualTo(Environment.UserName));
            Assert.That(caller.ProcessId, Is.EqualTo(Environment.ProcessId));
            Assert.That(caller.IsSelf, Is.True);
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task ListenLocal_WithoutAGroup_LetsEveryAccountConnect(CancellationToken cancellationToken)
    {
        var path = _directory.File("a.sock");
        await using var server = await LocalServer.StartAsync(path, cancellationToken);

        Assert.That(Convert.ToString((int)File.GetUnixFileMode(path), 8), Is.EqualTo("666"));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task ListenLocal_WithAGroup_GivesItTheSocketAndKeepsOthersOut(CancellationToken cancellationToken)
    {
        const string Group = "daemon";
        var path = _directory.File("a.sock");
        await using var server = await LocalServer.StartAsync(path, cancellationToken, Group);

        var shown = await ExternalProgram.RunSuccessfullyAsync("stat", ["-c", "%a %G", path], cancellationToken);
        Assert.That(shown.Output.Trim(), Is.EqualTo("660 " + Group));
    }

    [Test]
    [CancelAfter(30_000)]
    public void ListenLocal_WithAGroupThatIsNotThere_DoesNotServe(CancellationToken cancellationToken) => Assert.That(
        async () => await LocalServer.StartAsync(_directory.File("a.sock"), cancellationToken, "no-such-group"),
        Throws.InstanceOf<IOException>().With.Message.Contains("operatorsGroup"));

    [Test]
    [CancelAfter(30_000)]
    public async Task ListenLocal_WhenACrashLeftTheSocketFile_ServesAgain(CancellationToken cancellationToken)
    {
        var path = _directory.File("a.sock");
        LeaveStaleSocket(path);

        await using var server = await LocalServer.StartAsync(path, cancellationToken);
        await CallAsync(path, cancellationToken);

        Assert.That(server.Callers, Has.Count.EqualTo(1));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task ListenLocal_WhenAnotherServerLives_DoesNotTakeItsSocket(CancellationToken cancellationToken)
    {
        var path = _directory.File("a.sock");
        await using var first = await LocalServer.StartAsync(path, cancellationToken);

        Assert.That(
            async () => await LocalServer.StartAsync(path, cancellationToken),
            Throws.InstanceOf<IOException>().With.Message.Contains("Another process"));
        await CallAsync(path, cancellationToken);
        Assert.That(first.Callers, Has.Count.EqualTo(1));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task ListenLocal_WhenSomethingElseLiesThere_LeavesItAlone(CancellationToken cancellationToken)
    {
        var path = _directory.File("a.sock");
        await File.WriteAllTextAsync(path, "notes", cancellationToken);

        Assert.That(
            async () => await LocalServer.StartAsync(path, cancellationToken), Throws.InstanceOf<IOException>());
        Assert.That(await File.ReadAllTextAsync(path, cancellationToken), Is.EqualTo("notes"));
    }

    [Test]
    public void Connect_WhenThePathIsLongerThanASocketAddress_SaysSo() =>
        Assert.That(
            () => LocalChannel.Connect("/tmp/" + new string('x', LocalEndpoint.LongestPathBytes)),
            Throws.ArgumentException.With.Message.Contains("107 bytes"));

    [Test]
    [CancelAfter(30_000)]
    public async Task Call_WhenNobodyListens_IsUnavailable(CancellationToken cancellationToken)
    {
        await Task.Yield();
        Assert.That(
            async () => await CallAsync(_directory.File("none.sock"), cancellationToken),
            Throws.InstanceOf<RpcException>().With.Property(nameof(RpcException.StatusCode)).EqualTo(StatusCode.Unavailable));
    }

    private static async Task CallAsync(string path, CancellationToken cancellationToken)
    {
        using var channel = LocalChannel.Connect(path);
        await new TokenHost.TokenHostClient(channel).HealthAsync(new HealthRequest(), cancellationToken: cancellationToken);
    }

    private static void LeaveStaleSocket(string path)
    {
        // A bound socket that is closed leaves its file, as a killed process does.
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        var hidden = path + ".moved";
        socket.Bind(new UnixDomainSocketEndPoint(path));
        File.Move(path, hidden);
        socket.Close();
        File.Move(hidden, path);
    }
}
