using Signet.Agent.Configuration;

namespace Signet.Agent.Access;

/// <summary>A profile that a job may use.</summary>
/// <param name="Profile">The profile.</param>
/// <param name="Demanded">What about the build its grants demand besides; it is decided when a request is opened.</param>
internal sealed record GrantedProfile(ProfileConfiguration Profile, BuildAspects Demanded);
