using System.IO.Pipes;
using System.Net.Sockets;
using System.Security.Principal;
using Grpc.Core;
using Grpc.Net.Client;

namespace Signet.Protocol.Local;

/// <summary>Makes gRPC channels to a <see cref="LocalEndpoint"/>.</summary>
public static class LocalChannel
{
    private static readonly Uri Address = new("http://localhost");

    /// <summary>A channel to the server behind a socket path. It connects at the first call.</summary>
    /// <param name="path">Absolute path of the socket; on Windows it names the pipe.</param>
    /// <param name="serverProcessId">
    /// Id of the process that must be serving; a connection to any other fails. Null for any. Not checked on Windows.
    /// </param>
    /// <exception cref="ArgumentException">The path is too long or not absolute.</exception>
    public static GrpcChannel Connect(string path, int? serverProcessId = null)
    {
        LocalEndpoint.CheckPath(path);
        var handler = new SocketsHttpHandler
        {
            // HttpClient would ask the proxy variables of the environment even for a local socket.
            UseProxy = false,
            AllowAutoRedirect = false,
            UseCookies = false,
            ActivityHeadersPropagator = null,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            ConnectCallback = (_, cancellationToken) => OperatingSystem.IsWindows()
                ? ConnectPipeAsync(path, cancellationToken)
                : ConnectSocketAsync(path, serverProcessId, cancellationToken),
        };
        return GrpcChannel.ForAddress(Address, new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true });
    }

    /// <summary>Whether a call failed because the system does not let this account connect.</summary>
    public static bool IsAccessDenied(RpcException exception)
    {
        ArgumentNullException.ThrowIfNull(exception);

        // gRPC puts what the transport threw into the status, not into the inner exception.
        for (var cause = exception.Status.DebugException ?? exception.InnerException; cause is not null; cause = cause.InnerException)
        {
            if (cause is UnauthorizedAccessException or SocketException { SocketErrorCode: SocketError.AccessDenied })
            {
                return true;
            }
        }

        return false;
    }

    private static async ValueTask<Stream> ConnectSocketAsync(
        string path, int? serverProcessId, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
            if (serverProcessId is { } expected && OperatingSystem.IsLinux() && UnixPeer.Read(socket).ProcessId is var served
                && served != expected)
            {
                throw new IOException($"Process {served} serves {path}, not process {expected}.");
            }

            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async ValueTask<Stream> ConnectPipeAsync(string path, CancellationToken cancellationToken)
    {
        // Identification lets the server see who calls and nothing more.
        var pipe = new NamedPipeClientStream(
            ".", LocalEndpoint.PipeName(path), PipeDirection.InOut, PipeOptions.Asynchronous | PipeOptions.WriteThrough,
            TokenImpersonationLevel.Identification);
        try
        {
            await pipe.ConnectAsync(cancellationToken);
            return pipe;
        }
        catch
        {
            await pipe.DisposeAsync();
            throw;
        }
    }
}
