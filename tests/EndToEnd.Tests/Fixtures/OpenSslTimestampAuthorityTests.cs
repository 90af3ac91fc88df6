using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using Signet.Testing.Certificates;
using Signet.Testing.Tools;

namespace Signet.EndToEnd.Tests.Fixtures;

/// <summary>Other tests stand on this authority, so it is held to the standard itself.</summary>
public sealed class OpenSslTimestampAuthorityTests
{
    [Test]
    [CancelAfter(60_000)]
    public async Task Answer_WhenAskedOverHttp_IsATimestampThatOpenSslVerifies(CancellationToken cancellationToken)
    {
        using var directory = new TemporaryDirectory();
        await using var authority = await OpenSslTimestampAuthority.StartAsync(directory.File("tsa"), cancellationToken);
        var digest = SHA256.HashData("content"u8);
        var request = Rfc3161TimestampRequest.CreateFromHash(
            digest, HashAlgorithmName.SHA256, nonce: RandomNumberGenerator.GetBytes(8), requestSignerCertificates: true);

        using var client = new HttpClient();
        using var body = new ByteArrayContent(request.Encode());
        body.Headers.ContentType = new MediaTypeHeaderValue("application/timestamp-query");
        using var response = await client.PostAsync(authority.Address, body, cancellationToken);
        var reply = await response.Content.ReadAsByteArrayAsync(cancellationToken);

        var token = request.ProcessResponse(reply, out _);
        Assert.That(token.VerifySignatureForHash(digest, HashAlgorithmName.SHA256, out var signer), Is.True);
        Assert.That(signer?.Issuer, Is.EqualTo(authority.Root.Subject));
        Assert.That(authority.Answers, Is.EqualTo(1));

        await File.WriteAllBytesAsync(directory.File("reply.tsr"), reply, cancellationToken);
        await File.WriteAllTextAsync(directory.File("root.pem"), authority.Root.ExportCertificatePem(), cancellationToken);
        await ExternalProgram.RunSuccessfullyAsync(
            "openssl",
            ["ts", "-verify", "-digest", Convert.ToHexStringLower(digest), "-in", "reply.tsr", "-CAfile", "root.pem"],
            cancellationToken, directory.Path);
    }
}
