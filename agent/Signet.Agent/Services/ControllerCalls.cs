using Google.Protobuf;
using Grpc.AspNetCore.Server.Model;
using Grpc.Core;
using Signet.Agent.Services.Messages;
using Signet.Protocol.V1;

namespace Signet.Agent.Services;

/// <summary>
/// Every call of controllers but CreateRequest (<see cref="RequestOpening"/>). The server bounds messages for each service, so
/// that calls with small messages are a service of their own here; callers see one.
/// </summary>
internal sealed class ControllerCalls(SigningService service)
{
    /// <summary>Largest message: a chunk of SignFile (1 MiB), and what frames it.</summary>
    public const int LargestMessageBytes = (1 << 20) + 64;

    private SigningService Service { get; } = service;

    /// <summary>Tells the server of the calls.</summary>
    internal sealed class Methods : IServiceMethodProvider<ControllerCalls>
    {
        /// <inheritdoc/>
        public void OnServiceMethodDiscovery(ServiceMethodProviderContext<ControllerCalls> context)
        {
            context.AddUnaryMethod(
                Call(MethodType.Unary, nameof(SigningService.CheckAccess), CheckAccessRequest.Parser, CheckAccessResponse.Parser),
                [],
                (calls, request, call) => calls.Service.CheckAccess(request, call));
            context.AddServerStreamingMethod(
                Call(MethodType.ServerStreaming, nameof(SigningService.WatchRequest), WatchRequestRequest.Parser, WatchRequestResponse.Parser),
                [],
                (calls, request, responses, call) => calls.Service.WatchRequest(request, responses, call));
            context.AddDuplexStreamingMethod(
                Call(MethodType.DuplexStreaming, nameof(SigningService.SignFile), SignFileRequest.Parser, SignFileResponse.Parser),
                [],
                (calls, requests, responses, call) => calls.Service.SignFile(requests, responses, call));
            context.AddUnaryMethod(
                Call(MethodType.Unary, nameof(SigningService.CancelRequest), CancelRequestRequest.Parser, CancelRequestResponse.Parser),
                [],
                (calls, request, call) => calls.Service.CancelRequest(request, call));
        }

        private static Method<TRequest, TResponse> Call<TRequest, TResponse>(
            MethodType type, string name, MessageParser<TRequest> requests, MessageParser<TResponse> responses)
            where TRequest : class, IMessage<TRequest>
            where TResponse : class, IMessage<TResponse> =>
            new(type, Signing.Descriptor.FullName, name, MessageMarshaller.For(requests), MessageMarshaller.For(responses));
    }
}
