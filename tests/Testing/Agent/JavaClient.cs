using Signet.Testing.Tools;

namespace Signet.Testing.Agent;

/// <summary>What a job asks for through the plugin's client.</summary>
public sealed record JavaSigning
{
    /// <summary>The directory that the files lie in; they are signed in place.</summary>
    public required string Workspace { get; init; }

    /// <summary>Paths of the files, relative to the workspace.</summary>
    public required IReadOnlyList<string> Files { get; init; }

    public string Job { get; init; } = Names.Job;

    public string Profile { get; init; } = Names.Profile;

    /// <summary>Where receipts go; null for nowhere.</summary>
    public string? Receipts { get; init; }

    /// <summary>More options of SignCommand.</summary>
    public IReadOnlyList<string> More { get; init; } = [];
}

/// <summary>Runs the Jenkins plugin's own client from its command line, SignCommand.</summary>
public static class JavaClient
{
    /// <summary>The variable that carries the secret into the process.</summary>
    public const string SecretVariable = "SIGNET_SECRET";

    private const string ClassPathFile = "jenkins-plugin/target/client.classpath";
    private const string MainClass = "io.jenkins.plugins.signet.client.SignCommand";

    /// <summary>Runs it to its end: 0 when every file is signed, 2 for a refusal, 4 when the agent is not reachable.</summary>
    /// <param name="node">The agent.</param>
    /// <param name="signing">What to sign.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    /// <param name="identity">Client certificate; null for the pinned one.</param>
    /// <param name="credential">Credential; null for the default one.</param>
    public static Task<ProgramResult> RunAsync(
        AgentEnvironment node,
        JavaSigning signing,
        CancellationToken cancellationToken,
        TlsIdentity? identity = null,
        ClientCredential? credential = null)
    {
        credential ??= node.Credential();
        return ExternalProgram.RunAsync(
            "java", Arguments(node, signing, identity ?? node.Files.Tls.Controller, credential.Name), cancellationToken,
            environment: new Dictionary<string, string> { [SecretVariable] = credential.Secret });
    }

    /// <summary>The arguments of <c>java</c> for a run.</summary>
    public static IReadOnlyList<string> Arguments(
        AgentEnvironment node, JavaSigning signing, TlsIdentity identity, string credential) =>
    [
        "-cp", ClassPath(), MainClass,
        "--address", node.Agent.Address.Authority,
        "--ca", node.Files.Tls.AuthorityFile,
        "--cert", identity.CertificateFile,
        "--key", identity.KeyFile,
        "--credential", credential,
        "--secret-env", SecretVariable,
        "--job", signing.Job,
        "--profile", signing.Profile,
        "--workspace", signing.Workspace,
        .. signing.Receipts is null ? Array.Empty<string>() : ["--receipts", signing.Receipts],
        .. signing.More,
        .. signing.Files,
    ];

    private static string ClassPath()
    {
        var file = Repository.PathOf(ClassPathFile);
        return File.Exists(file)
            ? File.ReadAllText(file).Trim()
            : throw new FileNotFoundException($"{file} is missing. Run: dotnet cake --target=Plugin-Compile", file);
    }
}
