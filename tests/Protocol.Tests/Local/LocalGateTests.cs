using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Google.Protobuf;
using Grpc.Core;
using Signet.Protocol.Local;
using Signet.Protocol.V1;
using Signet.Testing.Tools;

namespace Signet.Protocol.Tests.Local;

/// <summary>What a local server does with callers before it reads what they say.</summary>
[Platform("Linux")]
[SupportedOSPlatform("linux")]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
[CancelAfter(60_000)]
internal sealed class LocalGateTests : IDisposable
{
    private const string Health = "/signet.v1.TokenHost/Health";

    private static readonly byte[] Preface = [.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, 0, 0, 0, 4, 0, 0, 0, 0, 0];

    private readonly TemporaryDirectory _directory = new();

    private string SocketPath => _directory.File("a.sock");

    public void Dispose() => _directory.Dispose();

    [Test]
    public async Task Call_ByWhomTheDoorDoesNotAdmit_IsAnsweredBeforeItsMessageIsThere(CancellationToken cancellationToken)
    {
        await using var server = await LocalServer.StartAsync(SocketPath, cancellationToken, isOpen: false);
        using var client = RawClient();
        using var content = new EndlessContent();

        using var response = await PostAsync(client, content, cancellationToken);

        Assert.That(StatusOf(response), Is.EqualTo(StatusCode.PermissionDenied));
        Assert.That(server.Refused, Is.EqualTo(new[] { Health }));
        Assert.That(server.Callers, Is.Empty);
    }

    [Test]
    public async Task Call_WithACompressedMessage_IsUnimplementedBeforeItsMessageIsThere(CancellationToken cancellationToken)
    {
        await using var server = await LocalServer.StartAsync(SocketPath, cancellationToken);
        using var client = RawClient();
        using var content = new EndlessContent();

        using var response = await PostAsync(client, content, cancellationToken, "gzip");

        Assert.That(StatusOf(response), Is.EqualTo(StatusCode.Unimplemented));
        Assert.That(response.Headers.GetValues("grpc-accept-encoding"), Is.EqualTo(new[] { "identity" }));
    }

    [Test]
    public async Task Call_WithACompressedMessageThatDoesNotSaySo_UnpacksNothing(CancellationToken cancellationToken)
    {
        await using var server = await LocalServer.StartAsync(SocketPath, cancellationToken);
        using var client = RawClient();
        using var content = new ByteArrayContent(Frame(Gzip(new byte[1 << 20]), isCompressed: true));

        using var response = await PostAsync(client, content, cancellationToken);

        await response.Content.ReadAsByteArrayAsync(cancellationToken);
        Assert.That(StatusOf(response), Is.Not.EqualTo(StatusCode.OK));
        Assert.That(server.Callers, Is.Empty);
    }

    [TestCase(LocalEndpoint.LargestMessageBytes - 64, StatusCode.OK)]
    [TestCase(LocalEndpoint.LargestMessageBytes, StatusCode.ResourceExhausted)]
    public async Task Call_WithALargeMessage_IsTakenUpToTheBound(int bytes, StatusCode expected, CancellationToken cancellationToken)
    {
        await using var server = await LocalServer.StartAsync(SocketPath, cancellationToken);
        using var channel = LocalChannel.Connect(SocketPath);
        var request = new UnlockRequest { Pin = ByteString.CopyFrom(new byte[bytes]) };

        var status = StatusCode.OK;
        try
        {
            await new TokenHost.TokenHostClient(channel).UnlockAsync(request, cancellationToken: cancellationToken);
        }
        catch (RpcException exception)
        {
            status = exception.StatusCode;
        }

        Assert.That(status, Is.EqualTo(expected));
    }

    [TestCase(true, LocalConnections.MostOfAccount)]
    [TestCase(false, LocalConnections.MostOfStranger)]
    public async Task Connect_BeyondWhatAnAccountMayHave_IsLetGo(bool isOpen, int most, CancellationToken cancellationToken)
    {
        await using var server = await LocalServer.StartAsync(SocketPath, cancellationToken, isOpen: isOpen);
        var sockets = new List<Socket>();
        try
        {
            for (var count = 0; count < most; count++)
            {
                sockets.Add(await BeginAsync(cancellationToken));
                await ExpectSettingsAsync(sockets[^1], cancellationToken);
            }

            using var more = await BeginAsync(cancellationToken);
            Assert.That(await ReadAsync(more, cancellationToken), Is.Zero, "one more was served");

            sockets[0].Dispose();
            await Eventually.TrueAsync(
                async () =>
                {
                    using var again = await BeginAsync(cancellationToken);
                    return await ReadAsync(again, cancellationToken) > 0;
                },
                "a place that was given back", cancellationToken);
        }
        finally
        {
            sockets.ForEach(socket => socket.Dispose());
        }
    }

    [Test]
    public async Task Connect_ByWhomTheDoorDoesNotAdmit_LastsForSeconds(CancellationToken cancellationToken)
    {
        await using var server = await LocalServer.StartAsync(SocketPath, cancellationToken, isOpen: false);
        using var idle = await BeginAsync(cancellationToken);
        await ExpectSettingsAsync(idle, cancellationToken);

        while (await ReadAsync(idle, cancellationToken) > 0)
        {
            // What the server says before it lets go.
        }

        Assert.That(server.Callers, Is.Empty);
    }

    private static StatusCode StatusOf(HttpResponseMessage response)
    {
        var headers = response.Headers.Contains("grpc-status") ? response.Headers : response.TrailingHeaders;
        return (StatusCode)int.Parse(headers.GetValues("grpc-status").Single(), CultureInfo.InvariantCulture);
    }

    private static byte[] Gzip(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal))
        {
            gzip.Write(content);
        }

        return packed.ToArray();
    }

    // gRPC over HTTP/2, "Length-Prefixed-Message"
    private static byte[] Frame(byte[] message, bool isCompressed) =>
        [isCompressed ? (byte)1 : (byte)0, .. BitConverter.GetBytes(IPAddress.HostToNetworkOrder(message.Length)), .. message];

    private static async Task<int> ReadAsync(Socket socket, CancellationToken cancellationToken)
    {
        try
        {
            return await socket.ReceiveAsync(new byte[1024], cancellationToken);
        }
        catch (SocketException)
        {
            return 0;
        }
    }

    private static async Task<HttpResponseMessage> PostAsync(
        HttpClient client, HttpContent content, CancellationToken cancellationToken, string? encoding = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "http://localhost" + Health)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        request.Headers.Add("te", "trailers");
        if (encoding is not null)
        {
            request.Headers.Add("grpc-encoding", encoding);
        }

        return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    /// <summary>A connection whose client has begun with HTTP/2 (RFC 9113 section 3.4), for the server to answer.</summary>
    private async Task<Socket> BeginAsync(CancellationToken cancellationToken)
    {
        var socket = await ConnectAsync(cancellationToken);
        try
        {
            await socket.SendAsync(Preface, cancellationToken);
        }
        catch (SocketException)
        {
            // It is closed already.
        }

        return socket;
    }

    private async Task<Socket> ConnectAsync(CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath), cancellationToken);
        return socket;
    }

    private static async Task ExpectSettingsAsync(Socket socket, CancellationToken cancellationToken) =>
        Assert.That(await ReadAsync(socket, cancellationToken), Is.GreaterThan(0), "the connection is not served");

    private HttpClient RawClient() => new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancellationToken) => new NetworkStream(await ConnectAsync(cancellationToken), ownsSocket: true),
    });

    /// <summary>A body that begins and does not go on.</summary>
    private sealed class EndlessContent : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            await stream.WriteAsync(new byte[5], cancellationToken);
            await stream.FlushAsync(cancellationToken);
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
