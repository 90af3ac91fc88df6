using Signet.Cli.Errors;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;

namespace Signet.Cli.Commands.Quorum;

/// <summary>Calls about quorums, whose refusals are no mistake on the command line.</summary>
internal static class QuorumCalls
{
    /// <inheritdoc cref="WaitAsync{T}(Task{T})"/>
    public static Task WaitAsync(Task call) => WaitAsync(AnswerAsync(call));

    /// <summary>Waits for a call; what the token, the share or the quorum refused ends with <see cref="ExitCode.Refused"/>.</summary>
    public static async Task<T> WaitAsync<T>(Task<T> call)
    {
        try
        {
            return await call;
        }
        catch (SigningException exception) when (exception.Reason == ErrorReason.InvalidRequest)
        {
            throw new CommandException(ExitCode.Refused, exception.Message, exception);
        }
    }

    private static async Task<bool> AnswerAsync(Task call)
    {
        await call;
        return true;
    }
}
