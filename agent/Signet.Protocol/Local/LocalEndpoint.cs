using System.IO.Pipes;
using System.Runtime.Versioning;
using System.Security.AccessControl;
using System.Security.Principal;
using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
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

    /// <summary>Largest message that a local server takes: many times what the largest of an operator or of the agent has.</summary>
    public const int LargestMessageBytes = 64 << 10;

    /// <summary>
    /// Makes this the endpoint of a server. The server's <see cref="ILocalDoor"/> decides before anything of a call is read
    /// whether the caller may speak to it at all, whatever the mode of the socket file is; <see cref="PeerIdentity.Of"/> tells
    /// each call who makes it.
    /// </summary>
    /// <param name="builder">The web host.</param>
    /// <param name="path">Absolute path of the socket, at most <see cref="LongestPathBytes"/> bytes; its directory exists.</param>
    /// <param name="group">Group whose accounts may connect, beside this one and root; null: every account may. Not used on
    /// Windows, where every authenticated account of the machine may connect.</param>
    /// <exception cref="ArgumentException">The path is too long or not absolute.</exception>
    /// <exception cref="IOException">At start: another process serves this socket, or something else lies there.</exception>
    public static IWebHostBuilder ListenLocal(this IWebHostBuilder builder, string path, string? group)
    {
        ArgumentNullException.ThrowIfNull(builder);
        CheckPath(path);
        if (OperatingSystem.IsWindows())
        {
            ConfigurePipes(builder);
        }

        builder.ConfigureServices(services =>
        {
            services.AddSingleton<IHostedService>(new LocalSocketFile(path, group));
            services.AddSingleton<IStartupFilter, LocalGate.Filter>();
            services.TryAddSingleton(TimeProvider.System);
        });
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

    /// <summary>Bounds the messages of a local server; nothing is unpacked.</summary>
    public static void ConfigureMessages(GrpcServiceOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.MaxReceiveMessageSize = LargestMessageBytes;
        options.CompressionProviders.Clear();
    }

    private static void Configure(ListenOptions listen)
    {
        listen.Protocols = HttpProtocols.Http2;
        var services = listen.ApplicationServices;
        var door = services.GetRequiredService<ILocalDoor>();
        var time = services.GetRequiredService<TimeProvider>();
        var logger = services.GetRequiredService<ILogger<LocalConnectionMiddleware>>();
        var connections = new LocalConnections();
        listen.Use(next => new LocalConnectionMiddleware(next, door, connections, time, logger).InvokeAsync);
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
}
