using System.Text.Json;
using Signet.Testing.Agent;

namespace Signet.Testbed.Serve;

/// <summary>What the plugin's tests need to know of the node: the one line of JSON that tells them it is ready.</summary>
internal static class NodeDescription
{
    /// <summary>Name of the profile that an operator has to approve.</summary>
    public const string ManualProfile = "manual";

    /// <summary>Name of the profile that signs more than programs.</summary>
    public const string AnyProfile = "any";

    public static string Write(AgentEnvironment node, string workDirectory, string verifierKey) => JsonSerializer.Serialize(
        new Dictionary<string, string>
        {
            ["address"] = node.Agent.Address.GetLeftPart(UriPartial.Authority),
            ["caPem"] = node.Files.Tls.AuthorityFile,
            ["clientCertificatePem"] = node.Files.Tls.Controller.CertificateFile,
            ["clientKeyPem"] = node.Files.Tls.Controller.KeyFile,
            ["otherClientCertificatePem"] = node.Files.Tls.Stranger.CertificateFile,
            ["otherClientKeyPem"] = node.Files.Tls.Stranger.KeyFile,
            ["credential"] = node.Credential().Name,
            ["secret"] = node.Credential().Secret,
            ["job"] = Names.Job,
            ["deniedJob"] = Names.OtherJob,
            ["profile"] = Names.Profile,
            ["manualProfile"] = ManualProfile,
            ["anyProfile"] = AnyProfile,
            ["workDirectory"] = workDirectory,
            ["peFile"] = SampleProgram.Executable,
            ["dllFile"] = SampleProgram.Library,
            ["signingRootPem"] = node.Files.SigningRoot,
            ["timestampRootPem"] = node.Files.TimestampRoots,
            ["verifierKey"] = verifierKey,
            ["signetCommand"] = SignetCommand.Executable,
            ["configuration"] = node.Files.Configuration,
        });
}
