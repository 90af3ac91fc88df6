using Signet.Agent.Configuration;
using Signet.Protocol.Errors;

namespace Signet.Agent.Access;

/// <summary>What <see cref="AccessGuard"/> decides by one configuration.</summary>
/// <param name="Configuration">The configuration.</param>
/// <param name="Profile">The profile that may be used; null where it may not.</param>
/// <param name="Refused">Why it may not; null where it may.</param>
internal sealed record AccessDecision(SignetConfiguration Configuration, ProfileConfiguration? Profile, AccessRefusedException? Refused)
{
    /// <summary>The profile.</summary>
    /// <exception cref="SigningException">
    /// UNAUTHENTICATED or NOT_GRANTED. Not recorded: the inner exception has the refusal, for whoever records it.
    /// </exception>
    public ProfileConfiguration Require() => Profile
        ?? throw new SigningException(Refused!.Reason, Refused.OutwardDetail, innerException: Refused);
}
