using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Signet.Protocol.V1;
using Signet.Testing.Certificates;
using Signet.Testing.SoftHsm;
using Signet.Testing.Tools;

namespace Signet.Testing.Agent;

/// <summary>
/// A whole signing node in a directory of its own: SoftHSM token with keys that cannot leave it, a throwaway CA, a local
/// timestamp authority, TLS certificates, credentials and signet.yaml.
/// </summary>
public sealed class AgentEnvironment : IAsyncDisposable
{
    private static readonly Dictionary<string, string> NoVariables = [];

    private readonly AgentOptions _options;
    private readonly TemporaryDirectory? _temporary;
    private readonly ThrowawayCa _authority;
    private readonly Dictionary<string, ClientCredential> _credentials = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SoftHsmToken> _tokens = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FaultyModule> _faults = new(StringComparer.Ordinal);
    private OpenSslTimestampAuthority? _timestamps;
    private AgentProcess? _agent;

    private AgentEnvironment(AgentOptions options, TemporaryDirectory? temporary, NodeFiles files)
    {
        _options = options;
        _temporary = temporary;
        Files = files;
        _authority = options.RsaRoots ? ThrowawayCa.CreateRsa("Signet test root") : ThrowawayCa.Create("Signet test root");
    }

    /// <summary>Where everything lies.</summary>
    public NodeFiles Files { get; }

    /// <summary>The first token; null where every key lies in a PFX file.</summary>
    public SoftHsmToken? Token => _tokens.GetValueOrDefault(_options.Tokens[0].Name);

    /// <summary>Every token by its name in signet.yaml.</summary>
    public IReadOnlyDictionary<string, SoftHsmToken> Tokens => _tokens;

    /// <summary>Password of every PFX file.</summary>
    public string PfxPassword { get; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));

    /// <summary>The agent that runs, or ran last.</summary>
    public AgentProcess Agent =>
        _agent ?? throw new InvalidOperationException("The agent was not started.");

    /// <summary>Builds the node, and starts nothing but its timestamp authority.</summary>
    /// <param name="options">What it looks like.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <param name="directory">Where it lies; null for a temporary directory. A short path: sockets lie below it.</param>
    public static async Task<AgentEnvironment> CreateAsync(
        AgentOptions options, CancellationToken cancellationToken, string? directory = null)
    {
        var temporary = directory is null ? new TemporaryDirectory() : null;
        var environment = new AgentEnvironment(options, temporary, new NodeFiles(directory ?? temporary!.Path));
        try
        {
            await environment.BuildAsync(cancellationToken);
            return environment;
        }
        catch
        {
            await environment.DisposeAsync();
            throw;
        }
    }

    /// <summary>Builds the node, starts the agent and unlocks every token and PFX file.</summary>
    public static async Task<AgentEnvironment> StartUnlockedAsync(AgentOptions options, CancellationToken cancellationToken)
    {
        var environment = await CreateAsync(options, cancellationToken);
        try
        {
            await environment.StartAgentAsync(cancellationToken);
            await environment.UnlockAsync(cancellationToken);
            return environment;
        }
        catch
        {
            await environment.DisposeAsync();
            throw;
        }
    }

    /// <summary>The credential with this name, and its secret.</summary>
    public ClientCredential Credential(string name = Names.Credential) => _credentials[name];

    /// <summary>What makes a faulty token misbehave.</summary>
    public FaultyModule Faults(string token = Names.Token) => _faults[token];

    /// <summary>Writes signet.yaml for other options; keys, tokens and credentials stay what they are.</summary>
    public void WriteConfiguration(AgentOptions options) =>
        File.WriteAllText(Files.Configuration, SignetYaml.Write(options, Files));

    /// <summary>Starts the agent, on the port of the one before where there was one.</summary>
    public async Task<AgentProcess> StartAgentAsync(CancellationToken cancellationToken)
    {
        if (_agent is not null)
        {
            await _agent.DisposeAsync();
        }

        _agent = await AgentProcess.StartAsync(Files, Variables(), cancellationToken);
        if (Files.ListenAddress != _agent.Address.Authority)
        {
            // A controller finds the agent at the same address after a restart.
            Files.ListenAddress = _agent.Address.Authority;
            WriteConfiguration(_options);
        }

        return _agent;
    }

    /// <summary>Unlocks every token and every PFX file.</summary>
    public async Task UnlockAsync(CancellationToken cancellationToken)
    {
        foreach (var token in _options.Tokens.Where(token => Files.Modules.ContainsKey(token.Name) && token.Unlock == "pin"))
        {
            await UnlockAsync(token.Name, token.Module is null ? _tokens[token.Name].UserPin : token.Pin, cancellationToken);
        }

        foreach (var key in _options.Keys.Where(key => key.Pfx))
        {
            await UnlockAsync(key.Name, PfxPassword, cancellationToken);
        }
    }

    /// <summary>Runs <c>signet unlock</c> and expects an unlocked token; its keys may have troubles of their own.</summary>
    public async Task UnlockAsync(string token, string pin, CancellationToken cancellationToken)
    {
        await Agent.WaitForStatusAsync(
            status => status.Tokens.Single(candidate => candidate.Name == token) is { State: TokenState.Locked, HostProcessId: > 0 },
            "host of the locked token " + token, cancellationToken);
        var result = await RunAsync(["unlock", token, "--pin-stdin"], cancellationToken, pin + "\n");
        if (!result.Output.Contains($"Token {token} is unlocked.", StringComparison.Ordinal))
        {
            throw new InvalidOperationException($"signet unlock {token} ended with {result.ExitCode}:\n{result.All}\n{Agent.Output}");
        }
    }

    /// <summary>Sends SIGKILL to the token's host and waits until the agent has a new one, with the token locked.</summary>
    public async Task KillTokenHostAsync(CancellationToken cancellationToken)
    {
        var host = (await Agent.GetStatusAsync(cancellationToken)).Tokens.Single(token => token.Name == Names.Token).HostProcessId;
        await Signal.SendAsync(host, "KILL", cancellationToken);
        await Agent.WaitForStatusAsync(
            status => status.Tokens.Single(token => token.Name == Names.Token) is { State: TokenState.Locked } token
                && token.HostProcessId > 0 && token.HostProcessId != host,
            "new token host with a locked token", cancellationToken);
    }

    /// <summary>Runs a command of <c>signet</c> on this node.</summary>
    public Task<ProgramResult> RunAsync(
        IEnumerable<string> arguments, CancellationToken cancellationToken, string? standardInput = null) =>
        SignetCommand.RunAsync([.. arguments, "--config", Files.Configuration], cancellationToken, standardInput);

    /// <summary>A controller: by default the pinned one with the default credential.</summary>
    /// <param name="identity">Its client certificate; null for the pinned one.</param>
    /// <param name="credential">Its credential; null for the default one.</param>
    public ControllerClient Controller(TlsIdentity? identity = null, ClientCredential? credential = null) =>
        new(Agent.Address, Files.Tls.Authority, (identity ?? Files.Tls.Controller).Certificate, credential ?? Credential());

    /// <summary>A caller without client certificate, or without credential.</summary>
    public ControllerClient Anonymous(bool withCertificate = false, bool withCredential = false) => new(
        Agent.Address, Files.Tls.Authority,
        withCertificate ? Files.Tls.Controller.Certificate : null,
        withCredential ? Credential() : null);

    public async ValueTask DisposeAsync()
    {
        if (_agent is not null)
        {
            await _agent.DisposeAsync();
        }

        if (_timestamps is not null)
        {
            await _timestamps.DisposeAsync();
        }

        _temporary?.Dispose();
    }

    private IReadOnlyDictionary<string, string> Variables() =>
        _tokens.Where(token => !_faults.ContainsKey(token.Key)).Select(token => token.Value.Environment).FirstOrDefault() ?? NoVariables;

    private async Task BuildAsync(CancellationToken cancellationToken)
    {
        await File.WriteAllTextAsync(Files.SigningRoot, _authority.Pem, cancellationToken);
        Files.Operators = _options.Operators ?? [Environment.UserName];
        if (_options.Keys.Any(key => !key.Pfx))
        {
            foreach (var token in _options.Tokens)
            {
                await MakeTokenAsync(token, cancellationToken);
            }
        }

        foreach (var key in _options.Keys)
        {
            await MakeKeyAsync(key, cancellationToken);
        }

        if (_options.Profiles.Any(profile => profile.Timestamped))
        {
            _timestamps = await OpenSslTimestampAuthority.StartAsync(
                Path.Combine(Files.Root, "tsa"), cancellationToken, _options.RsaRoots);
            Files.TimestampServer = _timestamps.Address.AbsoluteUri;
            await File.WriteAllTextAsync(Files.TimestampRoots, _timestamps.Root.ExportCertificatePem() + "\n", cancellationToken);
        }

        foreach (var name in _options.Credentials)
        {
            await MakeCredentialAsync(name, cancellationToken);
        }

        WriteConfiguration(_options);
    }

    private async Task MakeTokenAsync(TokenOptions token, CancellationToken cancellationToken)
    {
        if (token.Module is { } module)
        {
            Files.Modules[token.Name] = module;
            return;
        }

        // A faulty token has a store of its own, since its module names the store; the others share one environment.
        var directory = Path.Combine(Files.Root, token.Faulty ? "hsm-" + token.Name : "hsm");
        var made = await SoftHsmToken.CreateAsync(directory, token.Label, cancellationToken);
        _tokens[token.Name] = made;
        Files.Modules[token.Name] = SoftHsmToken.ModulePath;
        if (token.Faulty)
        {
            var faulty = FaultyModule.CopyTo(directory, made);
            _faults[token.Name] = faulty;
            Files.Modules[token.Name] = faulty.Path;
        }
    }

    private async Task MakeKeyAsync(KeyOptions key, CancellationToken cancellationToken)
    {
        var now = TimeProvider.System.GetUtcNow();
        if (key.Pfx)
        {
            using var rsa = RSA.Create(3072);
            using var certificate = _authority.IssueCodeSigning(
                new PublicKey(rsa), $"Signet test {key.Name}", now + key.ValidFrom, now + key.ValidUntil);
            using var withKey = certificate.CopyWithPrivateKey(rsa);
            var pfx = new X509Certificate2Collection { withKey, _authority.Certificate };
            await File.WriteAllBytesAsync(Files.PfxOf(key.Name), pfx.Export(X509ContentType.Pkcs12, PfxPassword)!, cancellationToken);
            return;
        }

        var publicKey = key.PublicKey ?? await GenerateKeyAsync(key, cancellationToken);
        using var issued = _authority.IssueCodeSigning(
            publicKey, $"Signet test {key.Name}", now + key.ValidFrom, now + key.ValidUntil);
        await File.WriteAllTextAsync(
            Files.ChainOf(key.Name),
            issued.ExportCertificatePem() + "\n" + _authority.Pem, cancellationToken);
    }

    private async Task<PublicKey> GenerateKeyAsync(KeyOptions key, CancellationToken cancellationToken)
    {
        var token = _tokens[key.Token];
        await token.GenerateKeyAsync(key.Name, key.Type, cancellationToken, key.Extractable, key.AlwaysAuthenticate);
        return PublicKey.CreateFromSubjectPublicKeyInfo(await token.ReadPublicKeyAsync(key.Name, cancellationToken), out _);
    }

    private async Task MakeCredentialAsync(string name, CancellationToken cancellationToken)
    {
        var result = await SignetCommand.RunAsync(["credential", "new", name, "--json"], cancellationToken);
        if (result.ExitCode != 0)
        {
            throw new InvalidOperationException($"signet credential new ended with {result.ExitCode}:\n{result.All}");
        }

        using var made = JsonDocument.Parse(result.Output);
        _credentials[name] = new ClientCredential(name, made.RootElement.GetProperty("secret").GetString()!);
        Files.CredentialHashes[name] = made.RootElement.GetProperty("hash").GetString()!;
    }
}
