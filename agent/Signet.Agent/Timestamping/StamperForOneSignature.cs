using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using Microsoft.Extensions.Logging;
using Signet.Agent.Configuration;
using Signet.Formats;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;

namespace Signet.Agent.Timestamping;

/// <summary>Gets the timestamp for one signature: the servers in their order, each several times, until one stamps.</summary>
internal sealed class StamperForOneSignature(
    TimestampConfiguration group, IReadOnlyList<TimestampServer> servers, HttpClient http, TimeProvider time,
    ILogger logger) : ITimestamper
{
    private const int MaxAnswerBytes = 1 << 20;
    private const string QueryType = "application/timestamp-query";

    private readonly TimestampCheck _check = new(group.Roots, time);

    /// <summary>The server that stamped; null before it did.</summary>
    public Uri? Server { get; private set; }

    /// <inheritdoc/>
    /// <exception cref="SigningException">TIMESTAMP_UNAVAILABLE, naming each server and what it answered.</exception>
    public async Task<Rfc3161TimestampToken> TimestampAsync(
        ReadOnlyMemory<byte> signature, HashAlgorithmName hashAlgorithm, CancellationToken cancellationToken)
    {
        var failures = new List<string>();
        foreach (var server in servers.OrderBy(server => server.IsShunned))
        {
            for (var attempt = 1; attempt <= group.Attempts; attempt++)
            {
                try
                {
                    var token = await AskAsync(server.Uri, signature, hashAlgorithm, cancellationToken);
                    server.Succeeded();
                    Server = server.Uri;
                    return token;
                }
                catch (Exception exception) when (IsServerProblem(exception, cancellationToken))
                {
                    var problem = exception is OperationCanceledException ? "no answer in time" : exception.Message;
                    server.Failed(problem);
                    logger.LogWarning(exception, "Timestamp server {Server} failed, attempt {Attempt}", server.Uri, attempt);
                    if (attempt == group.Attempts)
                    {
                        failures.Add($"{server.Uri.Host}: {problem}");
                        break;
                    }

                    await PauseAsync(attempt, cancellationToken);
                }
            }
        }

        throw new SigningException(ErrorReason.TimestampUnavailable,
            "No timestamp server of '" + group.Name + "' stamped the signature: " + string.Join("; ", failures));
    }

    private async Task<Rfc3161TimestampToken> AskAsync(
        Uri server, ReadOnlyMemory<byte> signature, HashAlgorithmName hashAlgorithm, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(group.Timeout);

        // Requested with certificates, since they go into the file with the token (RFC 3161 section 2.4.1, certReq).
        var request = Rfc3161TimestampRequest.CreateFromData(
            signature.Span, hashAlgorithm, nonce: RandomNumberGenerator.GetBytes(16), requestSignerCertificates: true);
        using var content = new ByteArrayContent(request.Encode());
        content.Headers.ContentType = new(QueryType);
        using var message = new HttpRequestMessage(HttpMethod.Post, server) { Content = content };
        using var response = await http.SendAsync(
            message, HttpCompletionOption.ResponseHeadersRead, deadline.Token);
        if (!response.IsSuccessStatusCode)
        {
            throw new HttpRequestException($"HTTP status {(int)response.StatusCode}");
        }

        await response.Content.LoadIntoBufferAsync(MaxAnswerBytes, deadline.Token);
        var answer = await response.Content.ReadAsByteArrayAsync(deadline.Token);

        // Checks status, nonce and message imprint (RFC 3161 section 2.4.2).
        var token = request.ProcessResponse(answer, out _);
        _check.Require(token, signature, hashAlgorithm);
        return token;
    }

    // Twice as long each time, and never in step with other callers.
    private Task PauseAsync(int attempt, CancellationToken cancellationToken)
    {
        var span = TimeSpan.FromMilliseconds(250 * (1 << Math.Min(attempt, 5)));
        return Task.Delay(span * (0.5 + (RandomNumberGenerator.GetInt32(1000) / 1000.0)), time, cancellationToken);
    }

    private static bool IsServerProblem(Exception exception, CancellationToken cancellationToken) =>
        !cancellationToken.IsCancellationRequested
        && exception is HttpRequestException or CryptographicException or OperationCanceledException or IOException;
}
