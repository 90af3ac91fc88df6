using System.Runtime.CompilerServices;
using Grpc.Core;
using Grpc.Net.Client;
using Signet.Cli.Errors;
using Signet.Protocol.Errors;
using Signet.Protocol.Local;
using Signet.Protocol.V1;

namespace Signet.Cli.Connection;

/// <summary>Calls of the operator service over its local socket, whose failures say what was attempted and where.</summary>
/// <remarks>Safe for use by several threads at once.</remarks>
internal sealed class OperatorConnection : IDisposable
{
    private static readonly TimeSpan AnswerDeadline = TimeSpan.FromSeconds(30);

    private readonly AgentLocation _location;
    private readonly GrpcChannel _channel;
    private readonly Operator.OperatorClient _client;

    /// <summary>Prepares the connection; it is made with the first call.</summary>
    /// <exception cref="CommandException">No socket can have this path.</exception>
    public OperatorConnection(AgentLocation location)
    {
        _location = location;
        try
        {
            _channel = LocalChannel.Connect(location.OperatorSocket);
        }
        catch (ArgumentException exception)
        {
            throw new CommandException(ExitCode.Invalid, exception.Message, exception);
        }

        _client = new Operator.OperatorClient(_channel);
    }

    /// <summary>Makes one call and waits for its answer, at most 30 seconds.</summary>
    /// <param name="what">What is attempted, to follow "Could not": "read the status".</param>
    /// <param name="call">The call; takes the client and its options.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="CommandException">The agent is not reachable or refused.</exception>
    public Task<TResponse> CallAsync<TResponse>(
        string what, Func<Operator.OperatorClient, CallOptions, AsyncUnaryCall<TResponse>> call,
        CancellationToken cancellationToken) => CallAsync(what, AnswerDeadline, call, cancellationToken);

    /// <summary>Makes one call whose answer may take long.</summary>
    /// <param name="what">What is attempted, to follow "Could not": "verify the ledger".</param>
    /// <param name="longest">How long the answer may take.</param>
    /// <param name="call">The call; takes the client and its options.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="CommandException">The agent is not reachable or refused.</exception>
    public async Task<TResponse> CallAsync<TResponse>(
        string what, TimeSpan longest, Func<Operator.OperatorClient, CallOptions, AsyncUnaryCall<TResponse>> call,
        CancellationToken cancellationToken)
    {
        var deadline = (TimeProvider.System.GetUtcNow() + longest).UtcDateTime;
        try
        {
            return await call(_client, new CallOptions(deadline: deadline, cancellationToken: cancellationToken));
        }
        catch (RpcException exception)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw Explain(what, exception);
        }
    }

    /// <summary>Reads a stream of answers to its end.</summary>
    /// <param name="what">What is attempted, to follow "Could not": "search the ledger".</param>
    /// <param name="call">The call; takes the client and its options.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="CommandException">The agent is not reachable or refused.</exception>
    public async IAsyncEnumerable<TResponse> ReadAsync<TResponse>(
        string what, Func<Operator.OperatorClient, CallOptions, AsyncServerStreamingCall<TResponse>> call,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stream = call(_client, new CallOptions(cancellationToken: cancellationToken));
        while (await MoveNextAsync(what, stream.ResponseStream, cancellationToken))
        {
            yield return stream.ResponseStream.Current;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _channel.Dispose();

    private async Task<bool> MoveNextAsync<TResponse>(
        string what, IAsyncStreamReader<TResponse> stream, CancellationToken cancellationToken)
    {
        try
        {
            return await stream.MoveNext(cancellationToken);
        }
        catch (RpcException exception)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw Explain(what, exception);
        }
    }

    private CommandException Explain(string what, RpcException exception)
    {
        if (ErrorStatus.FromRpcException(exception) is null && exception.StatusCode == StatusCode.Unavailable)
        {
            return Unreachable(exception);
        }

        var failure = FailureMap.Of(exception);
        return new CommandException(failure.ExitCode, $"Could not {what}: {failure.Message}", exception);
    }

    private CommandException Unreachable(RpcException exception)
    {
        var socket = _location.OperatorSocket;
        if (LocalChannel.IsAccessDenied(exception))
        {
            return new CommandException(
                ExitCode.Refused,
                $"Your account may not reach the agent's socket {socket}.\n"
                + "Ask an administrator of this node to name it under 'operators', and to put it into the group that 'operatorsGroup' names "
                + "(usermod -aG; it counts from your next login).",
                exception);
        }

        var start = OperatingSystem.IsWindows() ? "Start-Service Signet" : "systemctl start signet";
        return new CommandException(
            ExitCode.Unreachable,
            $"No agent answers at {socket}.\n"
            + $"Start it ({start}), or say where it is with --run DIR or --config FILE.",
            exception);
    }
}
