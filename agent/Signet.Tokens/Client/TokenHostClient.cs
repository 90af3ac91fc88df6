using System.Security.Cryptography;
using Google.Protobuf;
using Grpc.Core;
using Signet.Protocol.Errors;
using Signet.Protocol.Local;
using Signet.Protocol.V1;

namespace Signet.Tokens.Client;

/// <summary>What an operator asks of a token host, straight over its socket: the agent is not involved.</summary>
/// <remarks>
/// Every member throws <see cref="SigningException"/>: the host's own error, NOT_GRANTED where the system does not let this account
/// connect, or TOKEN_FAILED where no host answers.
/// The secret exists in this process in the caller's buffer, which is zeroed before the call returns, and in buffers of
/// the gRPC and HTTP/2 clients, which cannot be reached from here; so the process should end soon after.
/// </remarks>
public static class TokenHostClient
{
    private static readonly TimeSpan AnswerDeadline = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan RestartPatience = TimeSpan.FromSeconds(10);

    // Without a socket there is hardly an agent that restarts the host.
    private static readonly TimeSpan ShortPatience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan RestartPoll = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// The state of the token. A host that does not answer, or has not looked for its token yet, is given time, since the
    /// agent restarts a host that ended.
    /// </summary>
    /// <param name="socketPath">Socket of the token host.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<TokenStatus> GetStatusAsync(string socketPath, CancellationToken cancellationToken)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                var status = await AskStatusAsync(socketPath, cancellationToken);
                if (!status.Starting || TimeProvider.System.GetElapsedTime(since) >= RestartPatience)
                {
                    return status;
                }
            }
            catch (SigningException exception) when (
                exception.InnerException is RpcException { StatusCode: StatusCode.Unavailable or StatusCode.Internal or StatusCode.Cancelled }
                && TimeProvider.System.GetElapsedTime(since) < (File.Exists(socketPath) ? RestartPatience : ShortPatience))
            {
                // It is tried again.
            }

            await Task.Delay(RestartPoll, cancellationToken);
        }
    }

    /// <summary>Logs in with what the operator typed.</summary>
    /// <param name="socketPath">Socket of the token host.</param>
    /// <param name="pin">PIN or password of a PFX file, UTF-8. It is zeroed, whatever comes of the call.</param>
    /// <param name="acceptFinalTry">Go on although one more wrong PIN blocks the token.</param>
    /// <param name="cancellationToken">Ends the wait; the login may go on.</param>
    /// <returns>The state after the login: READY.</returns>
    public static async Task<TokenStatus> UnlockAsync(
        string socketPath, byte[] pin, bool acceptFinalTry, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(pin);
        try
        {
            var request = new UnlockRequest { Pin = UnsafeByteOperations.UnsafeWrap(pin), AcceptFinalTry = acceptFinalTry };
            return await UnlockAsync(socketPath, request, cancellationToken);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(pin);
        }
    }

    /// <summary>Logs in with the PIN that the operator types on the token's own pad.</summary>
    /// <param name="socketPath">Socket of the token host.</param>
    /// <param name="acceptFinalTry">Go on although one more wrong PIN blocks the token.</param>
    /// <param name="cancellationToken">Ends the wait; the login may go on.</param>
    /// <returns>The state after the login: READY.</returns>
    public static Task<TokenStatus> UnlockWithPinPadAsync(
        string socketPath, bool acceptFinalTry, CancellationToken cancellationToken) => UnlockAsync(
        socketPath, new UnlockRequest { PinPad = true, AcceptFinalTry = acceptFinalTry }, cancellationToken);

    /// <summary>Makes a token ready that needs no PIN; no login is tried.</summary>
    /// <param name="socketPath">Socket of the token host.</param>
    /// <param name="cancellationToken">Ends the wait; the token may become ready all the same.</param>
    /// <returns>The state afterwards: READY.</returns>
    public static Task<TokenStatus> UnlockWithoutPinAsync(string socketPath, CancellationToken cancellationToken) =>
        UnlockAsync(socketPath, new UnlockRequest { NoPin = true }, cancellationToken);

    /// <summary>Gives the PIN of a key that wants it at each use, for one request.</summary>
    /// <param name="socketPath">Socket of the token host.</param>
    /// <param name="pin">UTF-8. It is zeroed, whatever comes of the call.</param>
    /// <param name="request">Everything but the PIN.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task GiveKeyPinAsync(
        string socketPath, byte[] pin, GiveKeyPinRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(pin);
        ArgumentNullException.ThrowIfNull(request);
        try
        {
            request.Pin = UnsafeByteOperations.UnsafeWrap(pin);
            await CallAsync(
                socketPath, async host => await host.GiveKeyPinAsync(request, cancellationToken: cancellationToken), cancellationToken);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(pin);
        }
    }

    /// <summary>Makes the caller able to take part in quorums of the token, in two calls: for a challenge, and with its answer.</summary>
    /// <param name="socketPath">Socket of the token host.</param>
    /// <param name="request">Certificate and sealed key, and the answer in the second call.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static Task<EnrollOperatorResponse> EnrollAsync(
        string socketPath, EnrollOperatorRequest request, CancellationToken cancellationToken) => CallAsync(
        socketPath, async host => await host.EnrollOperatorAsync(request, cancellationToken: cancellationToken), cancellationToken);

    /// <summary>Whether a quorum could be made; no PIN is tried and nothing changed.</summary>
    /// <param name="socketPath">Socket of the token host.</param>
    /// <param name="request">Without a PIN.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static Task CheckQuorumAsync(string socketPath, CreateQuorumRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var check = request.Clone();
        check.CheckOnly = true;
        return CallAsync(
            socketPath, async host => await host.CreateQuorumAsync(check, cancellationToken: cancellationToken), cancellationToken);
    }

    /// <summary>Whether a share could be given for a purpose; none is given and nothing changed.</summary>
    /// <param name="socketPath">Socket of the token host.</param>
    /// <param name="request">Without shares.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static Task CheckShareAsync(string socketPath, GiveShareRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var check = request.Clone();
        check.CheckOnly = true;
        return CallAsync(
            socketPath, async host => await host.GiveShareAsync(check, cancellationToken: cancellationToken), cancellationToken);
    }

    /// <summary>Makes a quorum.</summary>
    /// <param name="socketPath">Socket of the token host.</param>
    /// <param name="pin">The token's PIN so far, UTF-8. It is zeroed, whatever comes of the call.</param>
    /// <param name="request">Everything but the PIN.</param>
    /// <param name="cancellationToken">Ends the wait; the ceremony may go on.</param>
    public static async Task<QuorumDescription> CreateQuorumAsync(
        string socketPath, byte[] pin, CreateQuorumRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(pin);
        ArgumentNullException.ThrowIfNull(request);
        try
        {
            request.Pin = UnsafeByteOperations.UnsafeWrap(pin);
            return await CallAsync(
                socketPath,
                async host => (await host.CreateQuorumAsync(request, cancellationToken: cancellationToken)).Quorum,
                cancellationToken);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(pin);
        }
    }

    /// <summary>The quorum and the caller's own sealed shares.</summary>
    /// <param name="socketPath">Socket of the token host.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static Task<GetQuorumResponse> GetQuorumAsync(string socketPath, CancellationToken cancellationToken) => CallAsync(
        socketPath,
        async host => await host.GetQuorumAsync(new GetQuorumRequest(), deadline: Soon(), cancellationToken: cancellationToken),
        cancellationToken);

    /// <summary>Gives the caller's opened shares.</summary>
    /// <param name="socketPath">Socket of the token host.</param>
    /// <param name="request">The shares and what they are for.</param>
    /// <param name="cancellationToken">Ends the wait; the purpose may be carried out all the same.</param>
    public static Task<GiveShareResponse> GiveShareAsync(
        string socketPath, GiveShareRequest request, CancellationToken cancellationToken) => CallAsync(
        socketPath, async host => await host.GiveShareAsync(request, cancellationToken: cancellationToken), cancellationToken);

    /// <summary>Logs out.</summary>
    /// <param name="socketPath">Socket of the token host.</param>
    /// <param name="cancellationToken">Ends the wait; the host locks all the same.</param>
    public static Task<TokenStatus> LockAsync(string socketPath, CancellationToken cancellationToken) => CallAsync(
        socketPath,
        async host => (await host.LockAsync(new LockRequest { ByOperator = true }, cancellationToken: cancellationToken)).Status,
        cancellationToken);

    private static Task<TokenStatus> AskStatusAsync(string socketPath, CancellationToken cancellationToken) => CallAsync(
        socketPath,
        async host => (await host.HealthAsync(
            new HealthRequest(), deadline: Soon(), cancellationToken: cancellationToken)).Status,
        cancellationToken);

    private static Task<TokenStatus> UnlockAsync(
        string socketPath, UnlockRequest request, CancellationToken cancellationToken) => CallAsync(
        socketPath,
        async host => (await host.UnlockAsync(request, cancellationToken: cancellationToken)).Status,
        cancellationToken);

    private static async Task<T> CallAsync<T>(
        string socketPath, Func<TokenHost.TokenHostClient, Task<T>> call, CancellationToken cancellationToken)
    {
        using var channel = LocalChannel.Connect(socketPath);
        try
        {
            return await call(new TokenHost.TokenHostClient(channel));
        }
        catch (RpcException exception)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw ErrorStatus.FromRpcException(exception) ?? (LocalChannel.IsAccessDenied(exception)
                ? new SigningException(
                    ErrorReason.NotGranted,
                    $"Your account may not reach the token's socket {socketPath}. Ask an administrator of this node to put it into the "
                    + "group that 'operatorsGroup' in signet.yaml names (usermod -aG; it counts from your next login).",
                    innerException: exception)
                : new SigningException(
                    ErrorReason.TokenFailed,
                    "The token host does not answer, or ended meanwhile. See whether the agent runs on this node ('signet status') "
                    + "and what its log says, and whether your account may reach its run directory; then try again.",
                    innerException: exception));
        }
    }

    private static DateTime Soon() => (TimeProvider.System.GetUtcNow() + AnswerDeadline).UtcDateTime;
}
