using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Signet.Protocol.Local;

namespace Signet.Agent.Hosting;

/// <summary>How a server receives uploads: what may be in flight, and into which memory.</summary>
internal static class UploadTransport
{
    /// <summary>
    /// Length of the blocks that connections are read into. They hold a whole TLS record (RFC 8446 section 5.2) and a whole HTTP/2
    /// frame; the server's own have 4 KB, so that it would receive, decrypt and hand on an upload in quarters of a record, with a
    /// system call for each.
    /// </summary>
    public const int BlockBytes = 32 << 10;

    // 2 MB, what an upload has in flight.
    private const int MostKept = 64;

    // What a fast network needs in flight, and what an upload may take of memory; measured with 64 KB chunks: half of it is slower.
    private const int StreamWindowBytes = 2 << 20;
    private const int ConnectionWindowBytes = 8 << 20;

    /// <summary>The memory of connections.</summary>
    public static IMemoryPoolFactory<byte> Memory => new PinnedBlocks(BlockBytes, MostKept, isZeroed: false);

    /// <summary>Sets a server up for uploads.</summary>
    public static void Configure(WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(Memory);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            // An upload has no end that could be known before, and waits where a format reads more slowly than it arrives.
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Limits.Http2.InitialStreamWindowSize = StreamWindowBytes;
            kestrel.Limits.Http2.InitialConnectionWindowSize = ConnectionWindowBytes;
        });
    }
}
