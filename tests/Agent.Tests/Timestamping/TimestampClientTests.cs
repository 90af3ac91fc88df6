using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Signet.Agent.Configuration;
using Signet.Agent.Timestamping;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;
using Signet.Testing.Certificates;
using Signet.Testing.Tools;

namespace Signet.Agent.Tests.Timestamping;

/// <summary>Only a timestamp that holds comes back, whatever servers do.</summary>
[CancelAfter(60_000)]
public sealed class TimestampClientTests
{
    private static readonly byte[] Signature = [.. Enumerable.Range(0, 200).Select(number => (byte)number)];

    private readonly TemporaryDirectory _directory = new();
    private readonly TimestampTransport _transport = new();
    private OpenSslTimestampAuthority _authority = null!;

    [OneTimeSetUp]
    public async Task SetUp() =>
        _authority = await OpenSslTimestampAuthority.StartAsync(_directory.File("tsa"), CancellationToken.None);

    [OneTimeTearDown]
    public async Task TearDown()
    {
        await _authority.DisposeAsync();
        _transport.Dispose();
        _directory.Dispose();
    }

    [TestCase("SHA256")]
    [TestCase("SHA384")]
    [TestCase("SHA512")]
    public async Task Request_ToAGoodServer_GivesATimestampOverTheSignature(string hash, CancellationToken cancellationToken)
    {
        using var client = Client([_authority.Address]);
        var result = await client.RequestAsync(Signature, new HashAlgorithmName(hash), cancellationToken);
        Assert.That(result.Server, Is.EqualTo(_authority.Address));
        Assert.That(result.Token.VerifySignatureForData(Signature, out _), Is.True);
        Assert.That(client.Status.Single().LastSucceeded, Is.True);
    }

    [Test]
    public async Task Request_WhenTheFirstServerFails_TakesTheNextAndRemembers(CancellationToken cancellationToken)
    {
        await using var broken = await MeddlingServer.StartAsync((context, _) =>
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return Task.CompletedTask;
        });
        using var client = Client([broken.Address, _authority.Address]);
        var first = await client.RequestAsync(Signature, HashAlgorithmName.SHA256, cancellationToken);
        var asked = broken.Calls;
        var second = await client.RequestAsync(Signature, HashAlgorithmName.SHA256, cancellationToken);
        Assert.Multiple(() =>
        {
            Assert.That(first.Server, Is.EqualTo(_authority.Address));
            Assert.That(second.Server, Is.EqualTo(_authority.Address));
            Assert.That(asked, Is.EqualTo(2), "attempts at the broken server");
            Assert.That(broken.Calls, Is.EqualTo(asked), "The broken server was asked first again.");
            Assert.That(client.Status[0].LastError, Is.Not.Empty);
        });
    }

    [Test]
    public async Task Request_WhenAServerIsThereAgainAtTheSecondAttempt_Succeeds(CancellationToken cancellationToken)
    {
        using var http = new HttpClient();
        await using var shaky = await MeddlingServer.StartAsync(async (context, call) =>
        {
            if (call == 1)
            {
                context.Abort();
                return;
            }

            using var body = new StreamContent(context.Request.Body);
            body.Headers.ContentType = new("application/timestamp-query");
            using var response = await http.PostAsync(_authority.Address, body, context.RequestAborted);
            await MeddlingServer.AnswerAsync(context, await response.Content.ReadAsByteArrayAsync(context.RequestAborted));
        });
        using var client = Client([shaky.Address]);
        var result = await client.RequestAsync(Signature, HashAlgorithmName.SHA256, cancellationToken);
        Assert.That(result.Token.VerifySignatureForData(Signature, out _), Is.True);
    }

    [Test]
    public async Task Request_WhenTheAnswerIsToAnotherQuery_IsRefused(CancellationToken cancellationToken)
    {
        // A timestamp that was given before, over the same signature: only the nonce differs.
        byte[]? kept = null;
        await using var replaying = await MeddlingServer.StartAsync(_authority.Address, reply: reply => kept ??= reply);
        using var client = Client([replaying.Address]);
        await client.RequestAsync(Signature, HashAlgorithmName.SHA256, cancellationToken);
        await ExpectAsync(client, "nonce", cancellationToken);
    }

    [Test]
    public async Task Request_WhenTheTimestampIsOverOtherData_IsRefused(CancellationToken cancellationToken)
    {
        await using var other = await MeddlingServer.StartAsync(
            _authority.Address,
            query: query => Rfc3161TimestampRequest.TryDecode(query, out var request, out _)
                ? Rfc3161TimestampRequest.CreateFromHash(
                    SHA256.HashData("other"u8), HashAlgorithmName.SHA256, nonce: request.GetNonce(), requestSignerCertificates: true).Encode()
                : query);
        using var client = Client([other.Address]);
        await ExpectAsync(client, "imprint", cancellationToken);
    }

    [Test]
    public async Task Request_WhenAnyByteOfTheAnswerIsChanged_IsRefused(CancellationToken cancellationToken)
    {
        var random = new Random(7);
        for (var round = 0; round < 40; round++)
        {
            await using var spoiling = await MeddlingServer.StartAsync(_authority.Address, reply: reply =>
            {
                reply[random.Next(reply.Length)] ^= (byte)(1 << random.Next(8));
                return reply;
            });
            using var client = Client([spoiling.Address], attempts: 1);
            try
            {
                var result = await client.RequestAsync(Signature, HashAlgorithmName.SHA256, cancellationToken);
                Assert.That(
                    result.Token.VerifySignatureForData(Signature, out var signer) && signer.Issuer == _authority.Root.Subject, Is.True,
                    "A spoilt timestamp was taken.");
            }
            catch (SigningException exception)
            {
                Assert.That(exception.Reason, Is.EqualTo(ErrorReason.TimestampUnavailable));
            }
        }
    }

    [Test]
    public async Task Request_WhenTheServersRootIsNotTrusted_IsRefused(CancellationToken cancellationToken)
    {
        await using var stranger = await OpenSslTimestampAuthority.StartAsync(_directory.File("stranger"), cancellationToken);
        using var client = Client([stranger.Address]);
        await ExpectAsync(client, "trusted root", cancellationToken);
    }

    [Test]
    public async Task Request_WhenTheServerDoesNotAnswer_EndsInTime(CancellationToken cancellationToken)
    {
        await using var silent = await MeddlingServer.StartAsync(
            (context, _) => Task.Delay(Timeout.Infinite, context.RequestAborted));
        using var client = Client([silent.Address], attempts: 1);
        await ExpectAsync(client, "did not answer", cancellationToken);
    }

    [Test]
    public async Task Request_WhenTheServerRedirects_IsRefused(CancellationToken cancellationToken)
    {
        await using var redirecting = await MeddlingServer.StartAsync((context, _) =>
        {
            context.Response.Redirect(_authority.Address.AbsoluteUri);
            return Task.CompletedTask;
        });
        using var client = Client([redirecting.Address]);
        await ExpectAsync(client, "127.0.0.1", cancellationToken);
    }

    private static async Task ExpectAsync(TimestampClient client, string detail, CancellationToken cancellationToken)
    {
        try
        {
            await client.RequestAsync(Signature, HashAlgorithmName.SHA256, cancellationToken);
        }
        catch (SigningException exception)
        {
            Assert.That(exception.Reason, Is.EqualTo(ErrorReason.TimestampUnavailable));
            Assert.That(exception.Message, Does.Contain(detail));
            return;
        }

        Assert.Fail("A bad timestamp was taken.");
    }

    private TimestampClient Client(IReadOnlyList<Uri> servers, int attempts = 2) => new(
        new TimestampConfiguration
        {
            Name = "test",
            Servers = servers,
            Roots = [_authority.Root],
            Attempts = attempts,
            Timeout = TimeSpan.FromSeconds(2),
        },
        _transport, TimeProvider.System, NullLogger.Instance);
}
