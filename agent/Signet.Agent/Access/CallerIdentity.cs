namespace Signet.Agent.Access;

/// <summary>Who calls: proven by client certificate and credential.</summary>
/// <param name="Controller">Name of the controller whose client certificate was shown.</param>
/// <param name="Credential">Name of the credential whose secret was shown.</param>
/// <param name="RemoteAddress">Network address of the caller.</param>
internal sealed record CallerIdentity(string Controller, string Credential, string RemoteAddress);
