using System.Security.Cryptography.X509Certificates;

namespace Signet.Agent.Access;

/// <summary>A call before anything about it is believed.</summary>
/// <param name="ClientCertificate">Client certificate of the TLS connection; null for none.</param>
/// <param name="Authorization">Value of the <c>authorization</c> metadata; null for none.</param>
/// <param name="RemoteAddress">Network address of the caller.</param>
internal sealed record AccessAttempt(X509Certificate2? ClientCertificate, string? Authorization, string RemoteAddress)
{
    /// <summary>The job that the call names, for the record of a refusal; null where it names none.</summary>
    public string? Job { get; init; }

    /// <summary>The profile that the call names, for the record of a refusal; null where it names none.</summary>
    public string? Profile { get; init; }

    /// <summary>Leaves the secret out.</summary>
    public override string ToString() => $"call from {RemoteAddress}";
}
