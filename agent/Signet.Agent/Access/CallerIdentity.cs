namespace Signet.Agent.Access;

/// <summary>Who calls: proven by client certificate and credential.</summary>
/// <param name="Controller">Name of the controller whose client certificate was shown.</param>
/// <param name="Credential">Name of the credential whose secret was shown.</param>
/// <param name="RemoteAddress">Network address of the caller.</param>
internal sealed record CallerIdentity(string Controller, string Credential, string RemoteAddress)
{
    /// <summary>What proved it; null for an identity that nothing proves any more.</summary>
    public CallerProof? Proof { get; init; }
}

/// <summary>
/// What proved an identity. With it a call that goes on is judged again, without the secret and without another Argon2id
/// evaluation.
/// </summary>
/// <param name="certificate">The client certificate.</param>
/// <param name="secretHash">The configured hash that the secret was verified against.</param>
internal sealed class CallerProof(PresentedCertificate certificate, string secretHash)
{
    /// <summary>The client certificate.</summary>
    public PresentedCertificate Certificate { get; } = certificate;

    /// <summary>The configured hash that the secret was verified against: another one is another secret.</summary>
    public string SecretHash { get; } = secretHash;
}
