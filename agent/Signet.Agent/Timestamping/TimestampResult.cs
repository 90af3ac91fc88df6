using System.Security.Cryptography.Pkcs;

namespace Signet.Agent.Timestamping;

/// <summary>A timestamp that was checked.</summary>
/// <param name="Token">The token.</param>
/// <param name="Server">Address of the server that gave it.</param>
internal sealed record TimestampResult(Rfc3161TimestampToken Token, Uri Server);
