using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Grpc.Core;
using Signet.EndToEnd.Tests.Node;
using Signet.Testing.Agent;
using Signet.Testing.Tools;

namespace Signet.EndToEnd.Tests.Refusals;

/// <summary>Who only connects to the network port, and says little or nothing there, takes nothing from the controllers.</summary>
[CancelAfter(120_000)]
public sealed class ConnectionTests
{
    private const int PerAddress = 3;
    private const int HandshakesPerAddress = 5;
    private const byte GoAway = 7;
    private const uint InadequateSecurity = 0xC;

    // The client's beginning of HTTP/2 (RFC 9113 section 3.4), with an empty SETTINGS frame.
    private static readonly byte[] Preface = [.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, 0, 0, 0, 4, 0, 0, 0, 0, 0];

    private static int _sources;

    private AgentEnvironment _node = null!;

    [OneTimeSetUp]
    public async Task StartNode() => _node = await AgentEnvironment.StartUnlockedAsync(
        new AgentOptions
        {
            Profiles = [new() { Timestamped = false }],
            Connections = $"{{ perAddress: {PerAddress}, handshakesPerAddress: {HandshakesPerAddress}, handshakeTimeout: 8s, idleTimeout: 8s }}",
        },
        CancellationToken.None);

    [OneTimeTearDown]
    public async Task StopNode() => await _node.DisposeAsync();

    [Test]
    public async Task AnyCall_WithoutClientCertificate_GetsNoConnection(CancellationToken cancellationToken)
    {
        using var caller = _node.Anonymous(withCredential: true);
        await ExpectNoConnectionAsync(caller, "no-certificate", cancellationToken);
    }

    [Test]
    public async Task AnyCall_WithACertificateThatNobodyPinned_GetsNoConnection(CancellationToken cancellationToken)
    {
        using var caller = _node.Controller(_node.Files.Tls.Stranger);
        await ExpectNoConnectionAsync(caller, "unknown-certificate", cancellationToken);
    }

    [Test]
    public async Task AnyCall_WithTheServersOwnCertificate_GetsNoConnection(CancellationToken cancellationToken)
    {
        using var caller = _node.Controller(_node.Files.Tls.Server);
        await ExpectNoConnectionAsync(caller, "unknown-certificate", cancellationToken);
    }

    [Test]
    public async Task Connect_WithoutAHandshake_IsLetGoInTime(CancellationToken cancellationToken)
    {
        using var socket = await ConnectAsync(NewSource(), cancellationToken);

        Assert.That(await ReadToEndAsync(new NetworkStream(socket), cancellationToken), Is.Empty);
    }

    [Test]
    public async Task Connect_BeyondTheHandshakesOfAnAddress_IsLetGoAtOnceAndOthersAreServed(CancellationToken cancellationToken)
    {
        var source = NewSource();
        var idle = new List<Socket>();
        try
        {
            for (var count = 0; count < HandshakesPerAddress; count++)
            {
                idle.Add(await ConnectAsync(source, cancellationToken));
            }

            Assert.That(await IsLetGoAsync(source, cancellationToken), Is.True);
            Assert.That(idle.Select(socket => socket.Poll(0, SelectMode.SelectRead)), Is.All.False, "those before are still there");
            using var caller = _node.Controller();
            Assert.That((await caller.CheckAccessAsync(Names.Job, cancellationToken)).Profiles, Has.Count.EqualTo(1));
        }
        finally
        {
            idle.ForEach(socket => socket.Dispose());
        }
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Connect_WithoutAPinnedCertificate_EndsBeforeHttpOnRecord(bool withCertificate, CancellationToken cancellationToken)
    {
        var before = await LedgerOf.SizeAsync(_node, cancellationToken);
        var source = NewSource();
        using var socket = await ConnectAsync(source, cancellationToken);
        await using var tls = await HandshakeAsync(socket, withCertificate ? _node.Files.Tls.Stranger : null, cancellationToken);

        // The agent speaks first: the client has sent nothing.
        var said = await ReadToEndAsync(tls, cancellationToken);

        var goAway = said.AsSpan(9).ToArray();
        Assert.That(goAway[3], Is.EqualTo(GoAway));
        Assert.That(BinaryPrimitives.ReadUInt32BigEndian(goAway.AsSpan(9 + 4)), Is.EqualTo(InadequateSecurity));
        Assert.That(Encoding.ASCII.GetString(goAway.AsSpan(9 + 8)), Does.Contain("client certificate"));
        Assert.That(goAway, Has.Length.EqualTo(9 + goAway[2]));
        var record = (await LedgerOf.ReadAsync(_node, cancellationToken, "access-refused", before))
            .Single(record => record.Text("remoteAddress") == source.ToString());
        Assert.That(record.Text("refusal"), Is.EqualTo(withCertificate ? "unknown-certificate" : "no-certificate"));
    }

    [Test]
    public async Task Connect_InAFloodWithoutAPinnedCertificate_WritesFewRecords(CancellationToken cancellationToken)
    {
        const int Flood = 100;
        var before = await LedgerOf.SizeAsync(_node, cancellationToken);
        var source = NewSource();
        for (var count = 0; count < Flood; count++)
        {
            using var socket = await ConnectAsync(source, cancellationToken);
            await using var tls = await HandshakeAsync(socket, null, cancellationToken);
            Assert.That(await ReadOnceAsync(tls, cancellationToken), Is.Not.Empty);
        }

        var records = (await LedgerOf.ReadAsync(_node, cancellationToken, "access-refused", before))
            .Count(record => record.Text("remoteAddress") == source.ToString());
        Assert.That(records, Is.InRange(10, 80));
    }

    [Test]
    public async Task Connect_BeyondTheConnectionsOfAnAddress_IsLetGoUntilOneEnds(CancellationToken cancellationToken)
    {
        var source = NewSource();
        var open = new List<(Socket Socket, Stream Tls)>();
        try
        {
            for (var count = 0; count < PerAddress; count++)
            {
                open.Add(await BeginAsync(source, cancellationToken));
                Assert.That(await open[^1].Tls.ReadAsync(new byte[9], cancellationToken), Is.GreaterThan(0), "not served");
            }

            var more = await BeginAsync(source, cancellationToken);
            Assert.That(await ReadToEndAsync(more.Tls, cancellationToken), Is.Empty, "one more was served");
            more.Socket.Dispose();

            // The idle ones end by themselves.
            await ReadToEndAsync(open[0].Tls, cancellationToken);
            await Eventually.TrueAsync(
                async () =>
                {
                    var again = await BeginAsync(source, cancellationToken);
                    using (again.Socket)
                    {
                        return (await ReadOnceAsync(again.Tls, cancellationToken)).Length > 0;
                    }
                },
                "a place that was given back", cancellationToken);
        }
        finally
        {
            open.ForEach(connection => connection.Socket.Dispose());
        }
    }

    /// <summary>The peer is let go before its call is read, and that is on record.</summary>
    private async Task ExpectNoConnectionAsync(ControllerClient caller, string refusal, CancellationToken cancellationToken)
    {
        var before = await LedgerOf.SizeAsync(_node, cancellationToken);
        var exception = await Assert.ThrowsAsync<RpcException>(async () => await caller.CheckAccessAsync(Names.Job, cancellationToken));
        var records = await LedgerOf.ReadAsync(_node, cancellationToken, "access-refused", before);
        Assert.Multiple(() =>
        {
            // What a client makes of INADEQUATE_SECURITY (gRPC over HTTP/2, "Errors"), or of a connection that ended before it called.
            Assert.That(
                exception!.StatusCode,
                Is.EqualTo(StatusCode.PermissionDenied).Or.EqualTo(StatusCode.Unavailable).Or.EqualTo(StatusCode.Internal), exception.ToString());
            Assert.That(records.Select(record => record.Text("refusal")), Is.All.EqualTo(refusal).And.Not.Empty);
            Assert.That(records[^1].Text("reason"), Is.EqualTo("UNAUTHENTICATED"));
        });
    }

    private static IPAddress NewSource() => IPAddress.Parse($"127.77.0.{Interlocked.Increment(ref _sources)}");

    private static async Task<byte[]> ReadOnceAsync(Stream stream, CancellationToken cancellationToken)
    {
        var buffer = new byte[1024];
        try
        {
            return buffer[..await stream.ReadAsync(buffer, cancellationToken)];
        }
        catch (IOException)
        {
            return [];
        }
    }

    private static async Task<byte[]> ReadToEndAsync(Stream stream, CancellationToken cancellationToken)
    {
        var all = new List<byte>();
        while (await ReadOnceAsync(stream, cancellationToken) is { Length: > 0 } part)
        {
            all.AddRange(part);
        }

        return [.. all];
    }

    private async Task<bool> IsLetGoAsync(IPAddress source, CancellationToken cancellationToken)
    {
        try
        {
            using var socket = await ConnectAsync(source, cancellationToken);
            return (await ReadOnceAsync(new NetworkStream(socket), cancellationToken)).Length == 0;
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionReset)
        {
            // Before this side had noticed that it was connected.
            return true;
        }
    }

    private async Task<Socket> ConnectAsync(IPAddress source, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(source, 0));
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, _node.Agent.Address.Port), cancellationToken);
        return socket;
    }

    private async Task<SslStream> HandshakeAsync(Socket socket, TlsIdentity? identity, CancellationToken cancellationToken)
    {
        var tls = new SslStream(new NetworkStream(socket));
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                ApplicationProtocols = [SslApplicationProtocol.Http2],
                ClientCertificates = identity is null ? null : [identity.Certificate],
                CertificateChainPolicy = new X509ChainPolicy
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust,
                    CustomTrustStore = { _node.Files.Tls.Authority },
                    RevocationMode = X509RevocationMode.NoCheck,
                },
            },
            cancellationToken);
        return tls;
    }

    /// <summary>A connection of the pinned controller that makes no call.</summary>
    private async Task<(Socket Socket, Stream Tls)> BeginAsync(IPAddress source, CancellationToken cancellationToken)
    {
        var socket = await ConnectAsync(source, cancellationToken);
        try
        {
            var tls = await HandshakeAsync(socket, _node.Files.Tls.Controller, cancellationToken);
            await tls.WriteAsync(Preface, cancellationToken);
            return (socket, tls);
        }
        catch (IOException)
        {
            // It is closed already: nothing more comes.
            return (socket, Stream.Null);
        }
    }
}
