using Signet.Cli.Connection;
using Signet.Cli.Errors;
using Signet.Cli.Pins;
using Signet.Cli.Screens;
using Signet.Cli.Screens.Status;
using Signet.Protocol.V1;
using Signet.Tokens.Client;

namespace Signet.Cli.Commands.Requests;

/// <summary>
/// The PIN of a key that wants it at each use: typed with an approval, straight to the process that holds the token, for
/// the signatures of that request alone.
/// </summary>
/// <param name="terminal">Where it is asked for.</param>
/// <param name="location">Where the agent is.</param>
internal sealed class KeyPinEntry(Terminal terminal, AgentLocation location)
{
    /// <summary>Asks the agent what the request needs.</summary>
    public async Task<RequestDetail> LookAsync(string requestId, CancellationToken cancellationToken)
    {
        using var connection = new OperatorConnection(location);
        var response = await connection.CallAsync(
            $"show request {requestId}",
            (client, options) => client.GetRequestAsync(new GetRequestRequest { RequestId = requestId }, options), cancellationToken);
        return response.Request;
    }

    /// <summary>Reads the PIN and gives it to the token host.</summary>
    /// <param name="detail">The request; it is approved, and its key wants the PIN at each use.</param>
    /// <param name="fromPipe">Whether it comes from a pipe.</param>
    /// <param name="finalTry">Go on although one more wrong PIN blocks the token.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task GiveAsync(RequestDetail detail, bool fromPipe, bool finalTry, CancellationToken cancellationToken)
    {
        CoreDump.Forbid();
        PinEntry.CheckInput(fromPipe);
        var socket = location.TokenSocket(detail.Key.Token);
        var status = await TokenHostClient.GetStatusAsync(socket, cancellationToken);
        UnlockChecks.Check(status, finalTry);
        CheckMethod(detail.Key.Name, status);
        if (status.PinCounter == PinCounter.Low)
        {
            await terminal.Error.WriteLineAsync($"PIN of {Words.Safe(detail.Key.Token)}: {StateWords.Of(status.PinCounter)}");
        }

        var unsigned = detail.Request.Files.Count(file => file.SignedAt is null);
        var prompt = $"PIN of key {detail.Key.Name}, for {Words.Count(unsigned, "signature")} of this request: ";
        var pin = await new PinEntry(terminal).ReadAsync(Words.Safe(prompt), fromPipe, cancellationToken);
        var request = new GiveKeyPinRequest
        {
            RequestId = detail.Request.RequestId,
            Key = detail.Key.Label,
            Signatures = unsigned,
            ExpiresAt = detail.Request.ExpiresAt,
            AcceptFinalTry = finalTry,
        };
        await Order.KeyPin(status.Name, request.RequestId).WaitAsync(
            async () =>
            {
                // Zeroes the PIN.
                await TokenHostClient.GiveKeyPinAsync(socket, pin, request, cancellationToken);
                return true;
            },
            cancellationToken);
        terminal.Output.WriteLine($"Its PIN serves {Words.Count(unsigned, "signature")} of this request, and nothing else.");
    }

    // A PIN that cannot be the right one would cost a try.
    private static void CheckMethod(string key, TokenStatus status)
    {
        var why = status.UnlockMethod switch
        {
            UnlockMethod.PinPad => "takes PINs on its own pad alone",
            UnlockMethod.Quorum => "has a PIN that nobody knows",
            _ => null,
        };
        if (why is not null)
        {
            throw new CommandException(
                ExitCode.Refused,
                $"Key {key} wants its PIN at each use, and token {status.Name} {why}, so none was asked for.\n"
                + "Signet cannot use such a key there: see docs/tokens.md.");
        }
    }
}
