using Signet.Protocol.Errors;
using Signet.Protocol.V1;

namespace Signet.Agent.Operators;

/// <summary>How much a caller may ask for at once.</summary>
internal static class Limits
{
    /// <summary>The limit that a call means.</summary>
    /// <param name="asked">What it says; 0 for the usual number.</param>
    /// <param name="usual">The usual number.</param>
    /// <param name="most">The largest that is served.</param>
    /// <exception cref="SigningException">INVALID_REQUEST: less than 0, or more than is served.</exception>
    public static int Of(int asked, int usual, int most) => asked switch
    {
        0 => usual,
        _ when asked > 0 && asked <= most => asked,
        _ => throw new SigningException(ErrorReason.InvalidRequest, $"limit is {asked}, and not between 0 and {most}."),
    };
}
