using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Signet.Testing.Agent;

namespace Signet.Benchmarks.SideBySide;

/// <summary>What this machine gives at most: hashing, an upload over TLS on the loopback, a sync to disk.</summary>
internal static class RawLimits
{
    private const int BufferBytes = 64 * 1024;
    private const int Syncs = 200;

    /// <summary>SHA-256 of memory, in MB/s.</summary>
    public static double HashRate()
    {
        const int Rounds = 16_000;
        var buffer = new byte[BufferBytes];
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var watch = Stopwatch.StartNew();
        for (var round = 0; round < Rounds; round++)
        {
            hash.AppendData(buffer);
        }

        return (double)Rounds * BufferBytes / 1e6 / watch.Elapsed.TotalSeconds;
    }

    /// <summary>A file sent over mutual TLS to a reader that does nothing with it, in MB/s.</summary>
    public static async Task<double> UploadRateAsync(TlsIdentities tls, string file, CancellationToken cancellationToken)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var size = new FileInfo(file).Length;
        var watch = Stopwatch.StartNew();
        var receiving = ReceiveAsync(listener, tls, size, cancellationToken);
        using var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync((IPEndPoint)listener.LocalEndpoint, cancellationToken);
        await using (var stream = new SslStream(client.GetStream(), leaveInnerStreamOpen: false))
        {
            await stream.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = "localhost",
                    ClientCertificates = [tls.Controller.Certificate],
                    CertificateChainPolicy = OnlyIssuedBy(tls),
                },
                cancellationToken);
            await using var content = File.OpenRead(file);
            await content.CopyToAsync(stream, BufferBytes, cancellationToken);
            await receiving;
            await stream.ReadExactlyAsync(new byte[1], cancellationToken);
        }

        return size / 1e6 / watch.Elapsed.TotalSeconds;
    }

    /// <summary>Processor time of writing so many bytes to a file and reading them twice, in seconds.</summary>
    /// <remarks>
    /// What is not to fill the memory has to lie in a file until it is signed, and is read by the verifier and for the hash of the
    /// signed file.
    /// </remarks>
    public static double SpoolCpuSeconds(string directory, long bytes)
    {
        // A record of TLS holds 16 KB, and a message of gRPC two of them; the readers take what the agent's do.
        const int Written = 32 * 1024;
        const int Read = 128 * 1024;
        var buffer = RandomNumberGenerator.GetBytes(Read);
        var before = Environment.CpuUsage.TotalTime;
        using var file = new FileStream(
            Path.Combine(directory, "spool"), FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        for (long offset = 0; offset < bytes; offset += Written)
        {
            file.Write(buffer, 0, Written);
        }

        for (var reader = 0; reader < 2; reader++)
        {
            for (long offset = 0; offset < bytes; offset += Read)
            {
                RandomAccess.Read(file.SafeFileHandle, buffer, offset);
            }
        }

        return (Environment.CpuUsage.TotalTime - before).TotalSeconds;
    }

    /// <summary>One appended page and its sync to disk, in milliseconds, each of many.</summary>
    public static double[] SyncTimes(string directory)
    {
        var page = RandomNumberGenerator.GetBytes(4096);
        var times = new double[Syncs];
        using var file = new FileStream(Path.Combine(directory, "sync"), FileMode.Create, FileAccess.Write, FileShare.None, 1);
        for (var index = 0; index < Syncs; index++)
        {
            var start = Stopwatch.GetTimestamp();
            file.Write(page);
            file.Flush(flushToDisk: true);
            times[index] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        Array.Sort(times);
        return times;
    }

    // Ends with a byte as the answer.
    private static async Task ReceiveAsync(
        TcpListener listener, TlsIdentities tls, long size, CancellationToken cancellationToken)
    {
        using var server = await listener.AcceptTcpClientAsync(cancellationToken);
        await using var stream = new SslStream(server.GetStream(), leaveInnerStreamOpen: false);
        await stream.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions
            {
                ServerCertificate = tls.Server.Certificate,
                ClientCertificateRequired = true,
                CertificateChainPolicy = OnlyIssuedBy(tls),
            },
            cancellationToken);
        var buffer = new byte[BufferBytes];
        while (size > 0)
        {
            size -= await stream.ReadAtLeastAsync(buffer, 1, throwOnEndOfStream: true, cancellationToken);
        }

        await stream.WriteAsync(new byte[1], cancellationToken);
    }

    private static X509ChainPolicy OnlyIssuedBy(TlsIdentities tls) => new()
    {
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        CustomTrustStore = { tls.Authority },
        RevocationMode = X509RevocationMode.NoCheck,
    };
}
