using System.Net.Sockets;
using Microsoft.Extensions.Hosting;

namespace Signet.Protocol.Local;

/// <summary>Removes what a crash left of the socket before the start, and says after it who may connect.</summary>
internal sealed class LocalSocketFile(string path, string? group) : IHostedLifecycleService
{
    private const UnixFileMode Group =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

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
        if (OperatingSystem.IsWindows())
        {
            return Task.CompletedTask;
        }

        // To connect takes the permission to write (unix(7)).
        if (group is not null)
        {
            LocalGroup.Own(path, group);
        }

        File.SetUnixFileMode(path, group is null ? Group | UnixFileMode.OtherRead | UnixFileMode.OtherWrite : Group);
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
