using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using Signet.Formats;

namespace Signet.Agent.Timestamping;

/// <summary>Gets the timestamps of one signature and remembers which server gave the last one, for its ledger record.</summary>
/// <param name="client">Gets the timestamps.</param>
internal sealed class SignatureTimestamper(TimestampClient client) : ITimestamper
{
    private volatile Uri? _server;

    /// <summary>Address of the server that gave the timestamp; null while there is none.</summary>
    public Uri? Server => _server;

    /// <inheritdoc/>
    public async Task<Rfc3161TimestampToken> TimestampAsync(
        ReadOnlyMemory<byte> signature, HashAlgorithmName hashAlgorithm, CancellationToken cancellationToken)
    {
        var result = await client.RequestAsync(signature, hashAlgorithm, cancellationToken).ConfigureAwait(false);
        _server = result.Server;
        return result.Token;
    }
}
