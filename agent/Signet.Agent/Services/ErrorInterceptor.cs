using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.Logging;
using Signet.Agent.Configuration.Reading;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;

namespace Signet.Agent.Services;

/// <summary>
/// The one place where errors become gRPC statuses. What is not a typed error leaves as INTERNAL with nothing but a
/// correlation id, under which the log has all of it.
/// </summary>
internal sealed class ErrorInterceptor(ILogger<ErrorInterceptor> logger) : Interceptor
{
    // A detail repeats what the caller sent.
    private const int LongestDetail = 2000;

    /// <inheritdoc/>
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(request, context);
        }
        catch (Exception exception)
        {
            throw Map(exception, context);
        }
    }

    /// <inheritdoc/>
    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            await continuation(request, responseStream, context);
        }
        catch (Exception exception)
        {
            throw Map(exception, context);
        }
    }

    /// <inheritdoc/>
    public override async Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context, DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            await continuation(requestStream, responseStream, context);
        }
        catch (Exception exception)
        {
            throw Map(exception, context);
        }
    }

    private RpcException Map(Exception exception, ServerCallContext context)
    {
        switch (exception)
        {
            case RpcException rpc:
                return rpc;
            case SigningException typed:
                var told = typed.Message.Length <= LongestDetail
                    ? typed
                    : new SigningException(typed.Reason, Shown.Short(typed.Message, LongestDetail), typed.RetryAfter, typed);
                logger.LogInformation(
                    typed.InnerException, "{Method} refused: {Reason}: {Detail}", context.Method, told.Reason, told.Message);
                return ErrorStatus.ToRpcException(told);
            case var _ when context.CancellationToken.IsCancellationRequested:
                // The caller has gone, or its deadline has passed; nobody reads this.
                return new RpcException(new Status(StatusCode.Cancelled, "the call was cancelled"));
            default:
                var correlation = Guid.NewGuid().ToString("N");
                logger.LogError(exception, "{Method} failed, correlation {Correlation}", context.Method, correlation);
                return ErrorStatus.ToRpcException(
                    new SigningException(ErrorReason.Internal,
                        $"The agent has failed inside. Its log on the signing node says more under {correlation}."),
                    correlation);
        }
    }
}
