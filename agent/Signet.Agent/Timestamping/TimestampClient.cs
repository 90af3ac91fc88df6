using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using Microsoft.Extensions.Logging;
using Signet.Agent.Configuration;
using Signet.Formats;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;

namespace Signet.Agent.Timestamping;

/// <summary>
/// Gets timestamps from one group of servers, in the order of the configuration; servers that failed within the last
/// minute come last.
/// </summary>
/// <remarks>Safe for several threads at once.</remarks>
internal sealed class TimestampClient : ITimestamper, IDisposable
{
    private const int NonceBytes = 16;

    private readonly TimestampConfiguration _group;
    private readonly List<TimestampServer> _servers;
    private readonly ILogger _logger;

    /// <summary>Creates the client.</summary>
    /// <param name="group">The group of servers.</param>
    /// <param name="transport">Connections; outlives the client.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Told of servers that failed.</param>
    public TimestampClient(TimestampConfiguration group, TimestampTransport transport, TimeProvider time, ILogger logger)
    {
        _group = group;
        _logger = logger;
        var verifier = new TimestampVerifier(group.Roots, time);
        var invoker = transport.For(group.Proxy);
        _servers = [.. group.Servers.Select(server => new TimestampServer(server, group, invoker, verifier, time))];
    }

    /// <summary>How each server did last, in the order of the configuration.</summary>
    public IReadOnlyList<TimestampServerStatus> Status => [.. _servers.Select(server => server.Status)];

    /// <summary>Gets a timestamp over a signature, and says which server gave it.</summary>
    /// <param name="signature">The bytes that the message imprint is taken of (RFC 3161 appendix A).</param>
    /// <param name="hashAlgorithm">Hash of the message imprint: SHA-256, SHA-384 or SHA-512.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="SigningException">TIMESTAMP_UNAVAILABLE, with the failure of each server.</exception>
    public async Task<TimestampResult> RequestAsync(
        ReadOnlyMemory<byte> signature, HashAlgorithmName hashAlgorithm, CancellationToken cancellationToken)
    {
        var failures = new List<string>();
        foreach (var server in _servers.OrderBy(server => server.IsResting).ToList())
        {
            try
            {
                return await server.RequestAsync(CreateRequest(signature, hashAlgorithm), cancellationToken).ConfigureAwait(false);
            }
            catch (TimestampFailureException exception)
            {
                _logger.LogWarning(
                    exception, "Timestamp server {Server} of group {Group} failed: {Failure}",
                    server.Address, _group.Name, exception.Message);
                failures.Add($"{server.Address.Authority}: {exception.Message}");
            }
        }

        throw new SigningException(
            ErrorReason.TimestampUnavailable,
            $"No server of the timestamp group '{_group.Name}' gave a usable timestamp. {string.Join(". ", failures)}. "
            + "Try again later, or ask the operators of the signing node to look at 'signet status'.");
    }

    /// <inheritdoc/>
    /// <exception cref="SigningException">TIMESTAMP_UNAVAILABLE, with the failure of each server.</exception>
    public async Task<Rfc3161TimestampToken> TimestampAsync(
        ReadOnlyMemory<byte> signature, HashAlgorithmName hashAlgorithm, CancellationToken cancellationToken) =>
        (await RequestAsync(signature, hashAlgorithm, cancellationToken).ConfigureAwait(false)).Token;

    /// <inheritdoc/>
    public void Dispose() => _servers.ForEach(server => server.Dispose());

    /// <summary>Each server gets a nonce of its own, so that no reply can serve another request.</summary>
    private static Rfc3161TimestampRequest CreateRequest(ReadOnlyMemory<byte> signature, HashAlgorithmName hashAlgorithm)
    {
        var nonce = RandomNumberGenerator.GetBytes(NonceBytes);

        // Positive and without leading zeros, so that every implementation sends it back with the same bytes.
        nonce[0] = (byte)((nonce[0] & 0x7F) | 0x40);
        return Rfc3161TimestampRequest.CreateFromData(
            signature.Span, hashAlgorithm, requestedPolicyId: null, nonce: nonce, requestSignerCertificates: true);
    }
}
