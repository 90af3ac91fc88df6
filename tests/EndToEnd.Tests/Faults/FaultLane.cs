using System.Diagnostics;
using System.Text;
using Grpc.Core;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;
using Signet.Testing.Agent;
using Signet.Testing.SoftHsm;
using Signet.Tokens.Client;

namespace Signet.EndToEnd.Tests.Faults;

/// <summary>One faulty token of a node with its own profile, and an operator and a job who use it.</summary>
public sealed class FaultLane(AgentEnvironment node, string name, StatusFeed statuses, ControllerClient controller, byte[] program)
{
    private int _unlocks;

    public string Name => name;

    public FaultyModule Module => node.Faults(name);

    /// <summary>Logins that an operator asked for.</summary>
    public int Unlocks => _unlocks;

    /// <summary>The token's state as the agent shows it.</summary>
    public TokenState State => statuses.Of(name).State;

    /// <summary>The token's whole status.</summary>
    public TokenStatus Status => statuses.Of(name);

    /// <summary>Makes the token ready, by one unlock where it is not.</summary>
    public async Task MakeReadyAsync(CancellationToken cancellationToken)
    {
        if (State == TokenState.Ready)
        {
            return;
        }

        await SettleAsync(cancellationToken);
        var host = Status.HostProcessId;
        try
        {
            await UnlockAsync(cancellationToken);
        }
        catch (SigningException exception) when (exception.InnerException is RpcException)
        {
            // The host found its module logged in still, and ended; the operator tries again.
            await EndedAsync(host, exception, cancellationToken);
            await SettleAsync(cancellationToken);
            await UnlockAsync(cancellationToken);
        }

        await statuses.UntilAsync(name, status => status.State == TokenState.Ready, cancellationToken);
    }

    /// <summary>Waits until the token is ready or locked, with a host that lives.</summary>
    public Task SettleAsync(CancellationToken cancellationToken) => UntilAsync(
        status => status is { State: TokenState.Ready or TokenState.Locked, HostProcessId: > 0 } && Lives(status.HostProcessId),
        cancellationToken);

    /// <summary>Waits until the status is as wanted.</summary>
    public Task UntilAsync(Func<TokenStatus, bool> wanted, CancellationToken cancellationToken) =>
        statuses.UntilAsync(name, wanted, cancellationToken);

    /// <summary>What an operator does, through the host's socket.</summary>
    public async Task UnlockAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _unlocks);
        var pin = Encoding.UTF8.GetBytes(node.Tokens[name].UserPin);
        await TokenHostClient.UnlockAsync(node.Files.TokenSocket(name), pin, acceptFinalTry: false, cancellationToken);
    }

    /// <summary>What an operator does, through the agent.</summary>
    public async Task LockAsync(CancellationToken cancellationToken)
    {
        using var channel = Protocol.Local.LocalChannel.Connect(node.Files.OperatorSocket);
        await new Operator.OperatorClient(channel).LockTokensAsync(
            new LockTokensRequest { Token = name }, cancellationToken: cancellationToken);
    }

    /// <summary>Asks for a signature.</summary>
    /// <returns>The id of the request and the signed file; null for the file where a typed error came.</returns>
    /// <exception cref="InvalidOperationException">An error without a reason, or INTERNAL.</exception>
    public async Task<(string RequestId, byte[]? Signed, ErrorReason Reason)> SignAsync(CancellationToken cancellationToken)
    {
        var request = ControllerClient.NewRequest(Names.Job, name, ("a.dll", program));
        try
        {
            await controller.CreateRequestAsync(request, cancellationToken);
            using var content = new MemoryStream(program, writable: false);
            var signed = await controller.SignFileAsync(request.RequestId, "a.dll", content, cancellationToken);
            return (request.RequestId, EditedFile.Apply(program, signed.Edits), ErrorReason.Unspecified);
        }
        catch (RpcException exception)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var error = ErrorStatus.FromRpcException(exception);
            return error is null or { Reason: ErrorReason.Internal }
                ? throw new InvalidOperationException($"an error without a reason: {exception.Status}", exception)
                : (request.RequestId, null, error.Reason);
        }
    }

    /// <summary>Waits until a host that is ending has ended.</summary>
    /// <exception cref="TimeoutException">It lives on.</exception>
    public static async Task EndedAsync(int host, Exception? cause, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        while (Lives(host))
        {
            if (watch.Elapsed > TimeSpan.FromSeconds(10))
            {
                throw new TimeoutException($"Host {host} lives on. {cause?.Message}", cause);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(10), cancellationToken);
        }
    }

    // A process that ended stays in the list until its parent has asked for its exit code (proc(5): state Z).
    private static bool Lives(int process)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process}/stat");
            return stat[stat.LastIndexOf(')') + 2] != 'Z';
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Waits until the module is called.</summary>
    public async Task UntilCalledAsync(string function, int more, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        var before = Module.Calls.Count(call => call == function);
        while (Module.Calls.Count(call => call == function) < before + more)
        {
            if (watch.Elapsed > TimeSpan.FromSeconds(20))
            {
                throw new TimeoutException($"{function} was not called.");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), cancellationToken);
        }
    }
}
