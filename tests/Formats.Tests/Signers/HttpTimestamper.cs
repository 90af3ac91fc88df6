using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;

namespace Signet.Formats.Tests.Signers;

/// <summary>Gets timestamps from an authority.</summary>
internal sealed class HttpTimestamper(Uri address) : ITimestamper, IDisposable
{
    private readonly HttpClient _client = new();

    public async Task<Rfc3161TimestampToken> TimestampAsync(
        ReadOnlyMemory<byte> signature, HashAlgorithmName hashAlgorithm, CancellationToken cancellationToken)
    {
        var request = Rfc3161TimestampRequest.CreateFromData(
            signature.Span, hashAlgorithm, nonce: RandomNumberGenerator.GetBytes(8), requestSignerCertificates: true);
        using var body = new ByteArrayContent(request.Encode());
        body.Headers.ContentType = new MediaTypeHeaderValue("application/timestamp-query");
        using var response = await _client.PostAsync(address, body, cancellationToken);
        return request.ProcessResponse(await response.Content.ReadAsByteArrayAsync(cancellationToken), out _);
    }

    public void Dispose() => _client.Dispose();
}
