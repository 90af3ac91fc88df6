using System.Net;
using System.Net.Http.Headers;

namespace Signet.Agent.Timestamping;

/// <summary>One request and one reply over HTTP (RFC 3161 section 3.4).</summary>
internal static class TimestampExchange
{
    /// <summary>Largest reply in bytes.</summary>
    public const int MaxReplyBytes = 1 << 20;

    private static readonly string[] ReplyTypes = ["application/timestamp-reply", "application/timestamp-response"];

    /// <summary>Posts a request.</summary>
    /// <returns>The body of the reply.</returns>
    /// <exception cref="TimestampFailureException">The server cannot be reached, or answers otherwise.</exception>
    /// <exception cref="OperationCanceledException">The time is over.</exception>
    public static async Task<byte[]> PostAsync(
        HttpMessageInvoker invoker, Uri server, byte[] request, TimeProvider time, CancellationToken cancellationToken)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, server) { Content = new ByteArrayContent(request) };
        message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/timestamp-query");
        message.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(ReplyTypes[0]));
        try
        {
            using var response = await invoker.SendAsync(message, cancellationToken).ConfigureAwait(false);
            CheckHead(response, time);
            return await ReadBodyAsync(response.Content, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException exception)
        {
            throw new TimestampFailureException(
                $"it cannot be reached ({exception.HttpRequestError})", retryable: true, exception);
        }
        catch (IOException exception)
        {
            throw new TimestampFailureException("the connection broke off", retryable: true, exception);
        }
    }

    private static void CheckHead(HttpResponseMessage response, TimeProvider time)
    {
        var code = (int)response.StatusCode;
        if (code is >= 300 and < 400)
        {
            throw new TimestampFailureException(
                $"it answered with a redirect (HTTP {code}), which is not followed; configure the address it points to",
                retryable: false);
        }

        if (response.StatusCode != HttpStatusCode.OK)
        {
            throw new TimestampFailureException($"it answered HTTP {code}", retryable: code is 408 or 429 or >= 500)
            {
                RetryAfter = RetryAfter(response, time),
            };
        }

        var type = response.Content.Headers.ContentType?.MediaType;
        if (!ReplyTypes.Contains(type, StringComparer.OrdinalIgnoreCase))
        {
            throw new TimestampFailureException("its answer is not of the type application/timestamp-reply", retryable: false);
        }
    }

    private static TimeSpan? RetryAfter(HttpResponseMessage response, TimeProvider time) =>
        response.Headers.RetryAfter is not { } header ? null : header.Delta ?? header.Date - time.GetUtcNow();

    private static async Task<byte[]> ReadBodyAsync(HttpContent content, CancellationToken cancellationToken)
    {
        await using var stream = await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        using var body = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int count;
        while ((count = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            if (body.Length + count > MaxReplyBytes)
            {
                throw new TimestampFailureException($"its reply is larger than {MaxReplyBytes} bytes", retryable: false);
            }

            body.Write(buffer, 0, count);
        }

        return body.ToArray();
    }
}
