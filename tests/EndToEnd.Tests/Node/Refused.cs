using Grpc.Core;
using Signet.Protocol.Errors;

namespace Signet.EndToEnd.Tests.Node;

/// <summary>Makes calls that must be refused.</summary>
public static class Refused
{
    /// <summary>The typed error that a call ended with.</summary>
    /// <exception cref="AssertionException">The call succeeded, or failed without a typed error.</exception>
    public static async Task<SigningException> ByAsync(Func<Task> call)
    {
        try
        {
            await call();
        }
        catch (RpcException exception)
        {
            return ErrorStatus.FromRpcException(exception)
                ?? throw new AssertionException($"The call failed without a reason: {exception.Status}");
        }

        throw new AssertionException("The call was not refused.");
    }
}
