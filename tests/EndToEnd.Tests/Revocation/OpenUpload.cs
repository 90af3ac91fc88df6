using Google.Protobuf;
using Grpc.Core;
using Signet.Protocol.V1;
using Signet.Testing.Agent;

namespace Signet.EndToEnd.Tests.Revocation;

/// <summary>A file of a request whose upload is kept open: its header and a part of it are sent.</summary>
public sealed class OpenUpload : IDisposable
{
    private readonly AsyncDuplexStreamingCall<SignFileRequest, SignFileResponse> _call;
    private readonly byte[] _content;
    private readonly int _sent;

    private OpenUpload(AsyncDuplexStreamingCall<SignFileRequest, SignFileResponse> call, string requestId, byte[] content, int sent)
    {
        _call = call;
        RequestId = requestId;
        _content = content;
        _sent = sent;
    }

    public string RequestId { get; }

    /// <summary>Opens it for a request that is approved, and waits until the agent has let it in.</summary>
    public static async Task<OpenUpload> BeginAsync(
        AgentEnvironment node, ControllerClient caller, string requestId, string name, byte[] content, int bytes, CancellationToken cancellationToken)
    {
        var call = caller.Stub.SignFile(caller.Headers, cancellationToken: cancellationToken);
        var upload = new OpenUpload(call, requestId, content, bytes);
        await call.RequestStream.WriteAsync(
            new SignFileRequest { Header = new SignFileHeader { RequestId = requestId, FileName = name } }, cancellationToken);
        await upload.SendAsync(0, bytes, cancellationToken);
        await node.Agent.WaitForStatusAsync(status => status.Requests.SigningNow > 0, "an upload that was let in", cancellationToken);
        return upload;
    }

    /// <summary>Waits for the end of the call while nothing more is sent.</summary>
    /// <returns>The result; null where there is none.</returns>
    public async Task<SignedFile?> EndAsync(CancellationToken cancellationToken)
    {
        SignedFile? result = null;
        await foreach (var response in _call.ResponseStream.ReadAllAsync(cancellationToken))
        {
            result = response.MessageCase == SignFileResponse.MessageOneofCase.Result ? response.Result : result;
        }

        return result;
    }

    /// <summary>Sends the rest, and waits for the end of the call.</summary>
    public async Task<SignedFile?> FinishAsync(CancellationToken cancellationToken)
    {
        await SendAsync(_sent, _content.Length - _sent, cancellationToken);
        await _call.RequestStream.CompleteAsync();
        return await EndAsync(cancellationToken);
    }

    public void Dispose() => _call.Dispose();

    private async Task SendAsync(int offset, int count, CancellationToken cancellationToken)
    {
        if (count > 0)
        {
            await _call.RequestStream.WriteAsync(
                new SignFileRequest { Chunk = ByteString.CopyFrom(_content, offset, count) }, cancellationToken);
        }
    }
}
