using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Signet.Protocol.V1;

namespace Signet.Testing.Agent;

/// <summary>A name with its secret, as a job holds them in Jenkins.</summary>
public sealed record ClientCredential(string Name, string Secret)
{
    /// <summary>The call metadata that carries it (RFC 7617).</summary>
    public Metadata Metadata => new()
    {
        { "authorization", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Name}:{Secret}")) },
    };
}

/// <summary>What became of one file.</summary>
public sealed record SignedUpload(SignedFile Result, IReadOnlyList<Edit> Edits, IReadOnlyList<SignFileProgress> Progress);

/// <summary>A controller that speaks plain gRPC over mutual TLS: everything that the protocol allows, and what it forbids.</summary>
public sealed class ControllerClient : IDisposable
{
    private const int ChunkBytes = 64 * 1024;

    private readonly IPAddress _source = new([127, .. RandomNumberGenerator.GetBytes(2), (byte)RandomNumberGenerator.GetInt32(1, 255)]);
    private readonly SocketsHttpHandler _handler;
    private readonly GrpcChannel _channel;

    /// <param name="address">The agent.</param>
    /// <param name="authority">The CA of the agent's certificate.</param>
    /// <param name="certificate">Client certificate with its key; null for none.</param>
    /// <param name="credential">Sent with every call; null for none.</param>
    public ControllerClient(Uri address, X509Certificate2 authority, X509Certificate2? certificate, ClientCredential? credential)
    {
        Headers = credential?.Metadata ?? [];
        _handler = new SocketsHttpHandler
        {
            EnableMultipleHttp2Connections = true,
            ConnectCallback = (context, cancellationToken) => ConnectAsync(context.DnsEndPoint, cancellationToken),
            InitialHttp2StreamWindowSize = 1 << 20,
            SslOptions = new SslClientAuthenticationOptions
            {
                ClientCertificates = certificate is null ? null : [certificate],
                CertificateChainPolicy = new X509ChainPolicy
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust,
                    CustomTrustStore = { authority },
                    RevocationMode = X509RevocationMode.NoCheck,
                },
            },
        };
        _channel = GrpcChannel.ForAddress(
            address, new GrpcChannelOptions { HttpHandler = _handler, MaxReceiveMessageSize = null });
        Stub = new Signing.SigningClient(_channel);
    }

    /// <summary>The generated client, for calls that this class has no method for.</summary>
    public Signing.SigningClient Stub { get; }

    /// <summary>Metadata with the credential.</summary>
    public Metadata Headers { get; }

    /// <summary>A request for files, with an id of its own.</summary>
    public static CreateRequestRequest NewRequest(string job, string profile, params (string Name, byte[] Content)[] files) =>
        NewRequest(job, profile, files.Select(file => new ManifestFile
        {
            Name = file.Name,
            SizeBytes = file.Content.Length,
            Sha256 = ByteString.CopyFrom(SHA256.HashData(file.Content)),
        }));

    /// <inheritdoc cref="NewRequest(string, string, ValueTuple{string, byte[]}[])"/>
    public static CreateRequestRequest NewRequest(string job, string profile, IEnumerable<ManifestFile> files) => new()
    {
        RequestId = Guid.NewGuid().ToString(),
        Profile = profile,
        Build = new Build { JobFullName = job, Number = 17, Url = "https://jenkins.example/job/17/", Node = "windows-1" },
        Files = { files },
        Options = new SigningOptions(),
    };

    public async Task<CheckAccessResponse> CheckAccessAsync(string job, CancellationToken cancellationToken) =>
        await Stub.CheckAccessAsync(new CheckAccessRequest { JobFullName = job }, Headers, cancellationToken: cancellationToken);

    public async Task<SigningRequest> CreateRequestAsync(CreateRequestRequest request, CancellationToken cancellationToken) =>
        (await Stub.CreateRequestAsync(request, Headers, cancellationToken: cancellationToken)).Request;

    /// <summary>Opens a request for one file and signs it.</summary>
    public async Task<SignedUpload> SignAsync(
        string job, string profile, string name, byte[] content, CancellationToken cancellationToken)
    {
        var request = await CreateRequestAsync(NewRequest(job, profile, (name, content)), cancellationToken);
        using var stream = new MemoryStream(content, writable: false);
        return await SignFileAsync(request.RequestId, name, stream, cancellationToken);
    }

    /// <summary>Uploads one file of a request and takes what comes back.</summary>
    public async Task<SignedUpload> SignFileAsync(
        string requestId, string name, Stream content, CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var call = Stub.SignFile(Headers, cancellationToken: ending.Token);
        var upload = UploadAsync(call.RequestStream, requestId, name, content, ending.Token);
        var edits = new List<Edit>();
        var progress = new List<SignFileProgress>();
        SignedFile? result = null;
        try
        {
            await foreach (var response in call.ResponseStream.ReadAllAsync(ending.Token))
            {
                switch (response.MessageCase)
                {
                    case SignFileResponse.MessageOneofCase.Edit:
                        edits.Add(response.Edit);
                        break;
                    case SignFileResponse.MessageOneofCase.Progress:
                        progress.Add(response.Progress);
                        break;
                    default:
                        result = response.Result;
                        break;
                }
            }
        }
        finally
        {
            // An agent that refuses early does not read the rest.
            await ending.CancelAsync();
            await upload.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return result is null
            ? throw new InvalidOperationException("The agent ended the call without a result and without an error.")
            : new SignedUpload(result, edits, progress);
    }

    public void Dispose()
    {
        _channel.Dispose();
        _handler.Dispose();
    }

    // From a loopback address of its own, so that the refusals of one test are not counted with those of another.
    private async ValueTask<Stream> ConnectAsync(DnsEndPoint endpoint, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.Bind(new IPEndPoint(_source, 0));
            await socket.ConnectAsync(IPAddress.Loopback, endpoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task UploadAsync(
        IClientStreamWriter<SignFileRequest> writer, string requestId, string name, Stream content, CancellationToken cancellationToken)
    {
        await writer.WriteAsync(
            new SignFileRequest { Header = new SignFileHeader { RequestId = requestId, FileName = name } }, cancellationToken);
        var buffer = new byte[ChunkBytes];
        int count;
        while ((count = await content.ReadAsync(buffer, cancellationToken)) > 0)
        {
            await writer.WriteAsync(
                new SignFileRequest { Chunk = ByteString.CopyFrom(buffer, 0, count) }, cancellationToken);
        }

        await writer.CompleteAsync();
    }
}
