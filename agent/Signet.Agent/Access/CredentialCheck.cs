namespace Signet.Agent.Access;

/// <summary>What the check of a credential resulted in.</summary>
internal enum CredentialCheck
{
    /// <summary>The secret is the credential's.</summary>
    Accepted,

    /// <summary>There is no such credential.</summary>
    UnknownCredential,

    /// <summary>The credential has another secret.</summary>
    WrongSecret,

    /// <summary>It was not checked, because too many checks are waiting.</summary>
    TooManyChecks,
}
