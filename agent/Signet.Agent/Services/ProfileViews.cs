using Signet.Agent.Access;
using Signet.Agent.Configuration;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;

namespace Signet.Agent.Services;

/// <summary>Profiles as the protocol shows them.</summary>
internal static class ProfileViews
{
    /// <summary>A granted profile, for the job that may use it.</summary>
    public static ProfileAccess ToAccess(GrantedProfile granted, SigningException? keyProblem)
    {
        var profile = granted.Profile;
        return new ProfileAccess
        {
            Name = profile.Name,
            Formats = { profile.Formats },
            Limits = ToLimits(profile.Limits),
            ApprovalsRequired = profile.Approvals?.Required ?? 0,
            KeyReadiness = ToReadiness(keyProblem),
            KeyReadinessDetail = keyProblem?.Message ?? string.Empty,
            Timestamped = profile.Timestamp is not null,
            DemandsScm = granted.Demanded.HasFlag(BuildAspects.Scm),
            DemandsBranch = granted.Demanded.HasFlag(BuildAspects.Branch),
            DemandsDefinition = granted.Demanded.HasFlag(BuildAspects.Definition),
        };
    }

    /// <summary>A profile, for operators.</summary>
    public static ProfileStatus ToStatus(ProfileConfiguration profile) => new()
    {
        Name = profile.Name,
        Key = profile.Key,
        Formats = { profile.Formats },
        HardwareRequired = profile.HardwareRequired,
        ApprovalsRequired = profile.Approvals?.Required ?? 0,
        Limits = ToLimits(profile.Limits),
    };

    /// <summary>What stands against a key, in one word.</summary>
    public static KeyReadiness ToReadiness(SigningException? problem) => problem?.Reason switch
    {
        null => KeyReadiness.Ready,
        ErrorReason.TokenLocked => KeyReadiness.Locked,
        ErrorReason.CertificateInvalid or ErrorReason.HardwareRequired or ErrorReason.KeyUnusable => KeyReadiness.Refused,
        _ => KeyReadiness.Unavailable,
    };

    private static ProfileLimits ToLimits(LimitConfiguration limits) => new()
    {
        MaxFiles = limits.Files,
        MaxFileBytes = limits.FileSizeBytes,
        MaxFilesPerHour = limits.PerHour ?? 0,
    };
}
