using Grpc.AspNetCore.Server.Model;
using Grpc.Core;
using Signet.Agent.Access;
using Signet.Agent.Services.Messages;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;

namespace Signet.Agent.Services;

/// <summary>The one call whose message may be large: CreateRequest with its manifest.</summary>
internal sealed class RequestOpening(SigningService service, RefusalRecorder refusals)
{
    /// <summary>Most files of a manifest: the most that a profile's limits can allow.</summary>
    public const int MostFiles = 100_000;

    /// <summary>Largest message: so many files with long names.</summary>
    public const int LargestMessageBytes = 64 << 20;

    private const int MostCauses = 100;

    // What is checked afterwards has at most 2,048 characters.
    private const int LongestTextBytes = 16 << 10;

    private static readonly MessageShape Shape = new(
        CreateRequestRequest.Descriptor,
        new Dictionary<string, int>(StringComparer.Ordinal)
        {
            [FullName(CreateRequestRequest.Descriptor, CreateRequestRequest.FilesFieldNumber)] = MostFiles,
            [FullName(Build.Descriptor, Build.CausesFieldNumber)] = MostCauses,
        },
        LongestTextBytes);

    /// <summary>Opens a request, unless its message is too much.</summary>
    public async Task<CreateRequestResponse> CreateRequestAsync(Received<CreateRequestRequest> received, ServerCallContext context)
    {
        CreateRequestRequest request;
        try
        {
            request = received.Message;
        }
        catch (SigningException problem)
        {
            var refusal = new CallSubject().ToRefusal(ControllerGate.CallerOf(context), RefusalKind.LimitExceeded, problem);
            await refusals.RecordAsync(refusal, CancellationToken.None);
            throw;
        }

        return await service.CreateRequest(request, context);
    }

    private static string FullName(Google.Protobuf.Reflection.MessageDescriptor type, int field) =>
        type.FindFieldByNumber(field).FullName;

    /// <summary>Tells the server of the call.</summary>
    internal sealed class Methods : IServiceMethodProvider<RequestOpening>
    {
        /// <inheritdoc/>
        public void OnServiceMethodDiscovery(ServiceMethodProviderContext<RequestOpening> context) => context.AddUnaryMethod(
            new Method<Received<CreateRequestRequest>, CreateRequestResponse>(
                MethodType.Unary, Signing.Descriptor.FullName, nameof(Signing.SigningBase.CreateRequest),
                MessageMarshaller.For(CreateRequestRequest.Parser, Shape), MessageMarshaller.For(CreateRequestResponse.Parser)),
            [],
            (calls, request, call) => calls.CreateRequestAsync(request, call));
    }
}
