namespace Signet.Testing.Agent;

/// <summary>Where the parts of a test's node lie.</summary>
public sealed class NodeFiles
{
    private readonly string _root;

    internal NodeFiles(string root)
    {
        _root = root;
        foreach (var directory in new[] { State, Run, Log, Keys })
        {
            Directory.CreateDirectory(directory);
        }

        Tls = TlsIdentities.Create(Path.Combine(root, "tls"));
    }

    public string Root => _root;

    /// <summary>signet.yaml.</summary>
    public string Configuration => Path.Combine(_root, "signet.yaml");

    public string State => Path.Combine(_root, "state");

    public string Run => Path.Combine(_root, "run");

    public string Log => Path.Combine(_root, "log");

    public string Keys => Path.Combine(_root, "keys");

    /// <summary>Certificate of the CA that issued the signing certificates, PEM.</summary>
    public string SigningRoot => Path.Combine(_root, "ca.pem");

    /// <summary>Certificate of the CA that the timestamp server's certificate chains to, PEM.</summary>
    public string TimestampRoots => Path.Combine(_root, "tsa.pem");

    /// <summary>Socket of a token's host.</summary>
    public string TokenSocket(string token) => Path.Combine(Run, "token-" + token + ".sock");

    /// <summary>Socket of the operator service.</summary>
    public string OperatorSocket => Path.Combine(Run, "agent.sock");

    public TlsIdentities Tls { get; }

    /// <summary>Address of the timestamp server; empty where no profile wants one.</summary>
    public string TimestampServer { get; internal set; } = string.Empty;

    /// <summary>The PKCS#11 module of each token.</summary>
    public Dictionary<string, string> Modules { get; } = new(StringComparer.Ordinal);

    /// <summary>127.0.0.1 and a port; port 0 until the agent has run once.</summary>
    public string ListenAddress { get; internal set; } = "127.0.0.1:0";

    internal Dictionary<string, string> CredentialHashes { get; } = new(StringComparer.Ordinal);

    public IReadOnlyList<string> Operators { get; set; } = [];

    /// <summary>The certificate of a key and its issuers, PEM.</summary>
    public string ChainOf(string key) => Path.Combine(Keys, key + ".pem");

    /// <summary>The PFX file of a key.</summary>
    public string PfxOf(string key) => Path.Combine(Keys, key + ".p12");
}
