using System.IO.Pipes;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Security.AccessControl;
using System.Security.Principal;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Signet.Protocol.Local;

/// <summary>
/// Lets Kestrel serve gRPC (HTTP/2 without TLS) on a Unix socket, or on Windows on a named pipe, where every connection
/// carries a <see cref="PeerIdentity"/>.
/// </summary>
public static class LocalEndpoint
{
    /// <summary>Most bytes that the path of a Unix socket holds: <c>sun_path</c> of unix(7) less its final zero.</summary>
    public const int LongestPathBytes = 107;

    /// <summary>
    /// Adds the endpoint to a server, beside others that it may have. The socket file gets its mode once the server has
    /// started, and the caller checks <see cref="PeerIdentity.Of"/> in each call whatever the mode is.
    /// </summary>
    /// <param name="builder">The web host.</param>
    /// <param name="path">Absolute path of the socket, at most <see cref="LongestPathBytes"/> bytes; its directory exists.</param>
    /// <param name="mode">Mode of the socket file; write permission is what lets an account connect. Not used on Windows,
    /// where every authenticated account of the machine may connect.</param>
    /// <exception cref="ArgumentException">The path is too long or not absolute.</exception>
    /// <exception cref="IOException">At start: another process serves this socket, or something else lies there.</exception>
    public static IWebHostBuilder ListenLocal(this IWebHostBuilder builder, string path, UnixFileMode mode)
    {
        ArgumentNullException.ThrowIfNull(builder);
        CheckPath(path);
        if (OperatingSystem.IsWindows())
        {
            ConfigurePipes(builder);
        }

        builder.ConfigureServices(services => services.AddSingleton<IHostedService>(new SocketFile(path, mode)));
        return builder.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            if (OperatingSystem.IsWindows())
            {
                kestrel.ListenNamedPipe(PipeName(path), Configure);
            }
            else
            {
                kestrel.ListenUnixSocket(path, Configure);
            }
        });
    }

    /// <summary>Name of the pipe that stands for a socket path on Windows.</summary>
    internal static string PipeName(string path) =>
        "signet" + path.Replace(':', '-').Replace('\\', '-').Replace('/', '-');

    /// <summary>Throws where no socket can have this path.</summary>
    internal static void CheckPath(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!Path.IsPathFullyQualified(path))
        {
            throw new ArgumentException($"The socket path {path} is not absolute.", nameof(path));
        }

        if (System.Text.Encoding.UTF8.GetByteCount(path) > LongestPathBytes)
        {
            throw new ArgumentException(
                $"The socket path {path} is longer than {LongestPathBytes} bytes. Use a shorter run directory.", nameof(path));
        }
    }

    private static void Configure(ListenOptions listen)
    {
        listen.Protocols = HttpProtocols.Http2;
        var logger = listen.ApplicationServices.GetRequiredService<ILogger<PeerIdentityMiddleware>>();
        listen.Use(next => new PeerIdentityMiddleware(next, logger).InvokeAsync);
    }

    [SupportedOSPlatform("windows")]
    private static void ConfigurePipes(IWebHostBuilder builder) => builder.UseNamedPipes(pipes =>
    {
        // Kestrel's default is this account only, which would keep the operators out. Accounts of the network stay out.
        var security = new PipeSecurity();
        Allow(WellKnownSidType.AuthenticatedUserSid, PipeAccessRights.ReadWrite, AccessControlType.Allow);
        Allow(WellKnownSidType.NetworkSid, PipeAccessRights.FullControl, AccessControlType.Deny);
        using (var self = WindowsIdentity.GetCurrent())
        {
            security.AddAccessRule(new PipeAccessRule(self.User!, PipeAccessRights.FullControl, AccessControlType.Allow));
        }

        pipes.CurrentUserOnly = false;
        pipes.PipeSecurity = security;

        void Allow(WellKnownSidType who, PipeAccessRights rights, AccessControlType type) =>
            security.AddAccessRule(new PipeAccessRule(new SecurityIdentifier(who, null), rights, type));
    });

    /// <summary>Removes what a crash left of the socket before the start, and sets the mode after it.</summary>
    private sealed class SocketFile(string path, UnixFileMode mode) : IHostedLifecycleService
    {
        public Task StartingAsync(CancellationToken cancellationToken)
        {
            if (!OperatingSystem.IsWindows() && File.Exists(path))
            {
                DeleteStale();
            }

            return Task.CompletedTask;
        }

        public Task StartedAsync(CancellationToken cancellationToken)
        {
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(path, mode);
            }

            return Task.CompletedTask;
        }

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        private void DeleteStale()
        {
            using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                probe.Connect(new UnixDomainSocketEndPoint(path));
            }
            catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionRefused)
            {
                if (new FileInfo(path) is { Length: > 0 })
                {
                    throw new IOException($"{path} is no socket; move it away and start again.");
                }

                File.Delete(path);
                return;
            }

            throw new IOException($"Another process serves {path}. Stop it first.");
        }
    }
}
