using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;

namespace Signet.Formats;

/// <summary>Gets RFC 3161 timestamps.</summary>
/// <remarks>Implementations are safe for use by several threads at once.</remarks>
public interface ITimestamper
{
    /// <summary>Asks for a timestamp over a signature.</summary>
    /// <param name="signature">The bytes that the message imprint is taken of (RFC 3161 appendix A).</param>
    /// <param name="hashAlgorithm">Hash of the message imprint.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A token whose nonce, imprint, extended key usage and chain were checked.</returns>
    Task<Rfc3161TimestampToken> TimestampAsync(
        ReadOnlyMemory<byte> signature, HashAlgorithmName hashAlgorithm, CancellationToken cancellationToken);
}
