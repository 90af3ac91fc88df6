using System.Buffers.Text;
using System.Security.Cryptography;

namespace Signet.Agent.Access;

/// <summary>The secret of a credential: what a job holds in Jenkins, and what the agent knows the hash of.</summary>
internal static class CredentialSecret
{
    /// <summary>How each secret begins, so that scanners for leaked secrets and people recognise one.</summary>
    public const string Prefix = "sgc_";

    private const int RandomBytes = 32;

    /// <summary>A new secret with 256 random bits: <see cref="Prefix"/> and 43 characters of base64url.</summary>
    public static string Generate() => Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes));
}
