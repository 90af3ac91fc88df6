using System.Net;
using System.Net.Sockets;

namespace Signet.EndToEnd.Tests.Revocation;

/// <summary>A timestamp server that takes a connection and says nothing: whoever asks it has used the key and waits.</summary>
internal sealed class StallingServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<TcpClient> _asking = [];

    public StallingServer() => _listener.Start();

    public string Address => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/";

    /// <summary>Waits until somebody asks.</summary>
    public async Task UntilAskedAsync(CancellationToken cancellationToken) =>
        _asking.Add(await _listener.AcceptTcpClientAsync(cancellationToken));

    /// <summary>Lets go of those who ask, so that they turn to the next server.</summary>
    public void LetGo()
    {
        _asking.ForEach(client => client.Dispose());
        _asking.Clear();
    }

    public void Dispose()
    {
        LetGo();
        _listener.Dispose();
    }
}
