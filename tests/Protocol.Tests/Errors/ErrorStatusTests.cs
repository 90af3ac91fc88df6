using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;

namespace Signet.Protocol.Tests.Errors;

/// <summary>Errors go over a real HTTP/2 connection here: trailers, percent-encoding and limits are part of it.</summary>
public sealed class ErrorStatusTests
{
    private const string Detail = "signing 'dist/\u00dcbung 1.exe': the token is locked\nRun: signet unlock card";

    private static IEnumerable<ErrorReason> Reasons => ErrorTable.Rows.Select(row => row.Reason);

    [TestCaseSource(nameof(Reasons))]
    [CancelAfter(30_000)]
    public async Task RoundTrip_WhenReasonIsDeclared_KeepsReasonDetailAndPause(
        ErrorReason reason, CancellationToken cancellationToken)
    {
        var sent = new SigningException(reason, Detail);

        var (received, error) = await SendAsync(() => ErrorStatus.ToRpcException(sent), cancellationToken);

        Assert.Multiple(() =>
        {
            Assert.That(error.StatusCode, Is.EqualTo(ErrorReasons.ToStatusCode(reason)));
            Assert.That(received?.Reason, Is.EqualTo(reason));
            Assert.That(received?.Message, Is.EqualTo(Detail));
            Assert.That(received?.RetryAfter, Is.EqualTo(sent.RetryAfter));
            Assert.That(received?.Retryable, Is.EqualTo(sent.Retryable));
        });
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task RoundTrip_WhenPauseIsGiven_KeepsItToTheMillisecond(CancellationToken cancellationToken)
    {
        var pause = TimeSpan.FromMilliseconds(90_017);
        var sent = new SigningException(ErrorReason.RateLimited, Detail, pause);

        var (received, _) = await SendAsync(() => ErrorStatus.ToRpcException(sent), cancellationToken);

        Assert.That(received?.RetryAfter, Is.EqualTo(pause));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task RoundTrip_WhenInnerExceptionIsSet_SendsNothingOfIt(CancellationToken cancellationToken)
    {
        var sent = new SigningException(
            ErrorReason.TokenFailed, "the token failed", null, new InvalidOperationException("/var/lib/signet/secret"));

        var (_, error) = await SendAsync(() => ErrorStatus.ToRpcException(sent), cancellationToken);

        var everything = error + string.Concat(error.Trailers.Select(
            entry => entry.IsBinary ? System.Text.Encoding.UTF8.GetString(entry.ValueBytes) : entry.Value));
        Assert.That(everything, Does.Not.Contain("/var/lib"));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task ToRpcException_WhenCorrelationIsGiven_CarriesItInErrorInfo(CancellationToken cancellationToken)
    {
        var (_, error) = await SendAsync(
            () => ErrorStatus.ToRpcException(new SigningException(ErrorReason.Internal, Detail), "c-17"), cancellationToken);

        var info = error.GetRpcStatus()?.GetDetail<ErrorInfo>();
        Assert.That(info?.Metadata, Does.ContainKey("correlation").WithValue("c-17"));
        Assert.That(info?.Domain, Is.EqualTo("signet"));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task FromRpcException_WhenServerSentAPlainError_IsNull(CancellationToken cancellationToken)
    {
        var (received, _) = await SendAsync(
            () => new RpcException(new Grpc.Core.Status(StatusCode.Unavailable, "a proxy")), cancellationToken);

        Assert.That(received, Is.Null);
    }

    [TestCase("other.example", "TOKEN_LOCKED")]
    [TestCase("signet", "A_REASON_OF_THE_FUTURE")]
    [CancelAfter(30_000)]
    public async Task FromRpcException_WhenReasonIsNotOurs_IsNull(
        string domain, string reason, CancellationToken cancellationToken)
    {
        var status = new Google.Rpc.Status
        {
            Code = (int)StatusCode.Unavailable,
            Message = Detail,
            Details = { Any.Pack(new ErrorInfo { Domain = domain, Reason = reason }) },
        };

        var (received, _) = await SendAsync(() => status.ToRpcException(), cancellationToken);

        Assert.That(received, Is.Null);
    }

    private static async Task<(SigningException? Received, RpcException Error)> SendAsync(
        Func<Exception> failure, CancellationToken cancellationToken)
    {
        await using var server = await FailingServer.StartAsync(failure, cancellationToken);
        try
        {
            await server.Client.CheckAccessAsync(new CheckAccessRequest(), cancellationToken: cancellationToken);
        }
        catch (RpcException error)
        {
            return (ErrorStatus.FromRpcException(error), error);
        }

        throw new AssertionException("The call did not fail.");
    }
}
