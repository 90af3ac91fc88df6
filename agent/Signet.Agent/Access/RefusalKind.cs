namespace Signet.Agent.Access;

/// <summary>Why a call was refused, as the ledger tells it. The caller is told less.</summary>
internal enum RefusalKind
{
    /// <summary>The connection has no client certificate.</summary>
    NoCertificate,

    /// <summary>No controller has this client certificate.</summary>
    UnknownCertificate,

    /// <summary>The controller's certificate has expired.</summary>
    ExpiredCertificate,

    /// <summary>The controller's certificate is not valid yet.</summary>
    NotYetValidCertificate,

    /// <summary>The certificate's extended key usage does not allow client authentication.</summary>
    WrongCertificateUsage,

    /// <summary>The call has no credential.</summary>
    NoCredential,

    /// <summary>The call's credential is not in the form of RFC 7617.</summary>
    MalformedCredential,

    /// <summary>No credential has this name.</summary>
    UnknownCredential,

    /// <summary>The credential exists and has another secret.</summary>
    WrongSecret,

    /// <summary>Too many credentials of this controller are being checked.</summary>
    TooManyChecks,

    /// <summary>The job's name is one that could be taken for another.</summary>
    ImproperJobName,

    /// <summary>There is no such profile.</summary>
    UnknownProfile,

    /// <summary>The profile exists, and no grant gives it to this controller, job and credential.</summary>
    NotGranted,

    /// <summary>A grant gives the profile to this job, and demands something else of the build.</summary>
    BuildNotGranted,

    /// <summary>The call itself is wrong.</summary>
    InvalidRequest,

    /// <summary>A limit of the profile does not hold.</summary>
    LimitExceeded,

    /// <summary>There is no such request for this caller.</summary>
    UnknownRequest,

    /// <summary>A file is not in the request's manifest, or has another content.</summary>
    ManifestMismatch,

    /// <summary>The profile's key cannot be used: its certificate, or what the profile demands of the hardware.</summary>
    KeyNotUsable,
}
