namespace Signet.EndToEnd.Tests.Faults;

/// <summary>When a fault strikes.</summary>
public enum Occasion
{
    /// <summary>An operator unlocks.</summary>
    Unlock,

    /// <summary>The first signature after an unlock, which looks for the key.</summary>
    FirstSignature,

    /// <summary>A later signature.</summary>
    Signature,

    /// <summary>Nothing is asked for; the host looks after its token.</summary>
    Poll,

    /// <summary>The same while the token is locked.</summary>
    LockedPoll,

    /// <summary>An operator locks.</summary>
    Lock,

    /// <summary>The login is found lost, and the module is initialised again.</summary>
    Reload,
}

/// <summary>One fault: what a call does at an occasion.</summary>
/// <param name="Occasion">When.</param>
/// <param name="Function">The PKCS#11 call.</param>
/// <param name="Behaviour">A value such as 0x30, or "hang", "crash".</param>
/// <param name="Name">The value's name.</param>
public sealed record FaultCase(Occasion Occasion, string Function, string Behaviour, string Name)
{
    /// <summary>"hang", "crash", or "value".</summary>
    public string Kind => Behaviour.StartsWith("0x", StringComparison.Ordinal) ? "value" : Behaviour;

    public override string ToString() => $"{Occasion}: {Function} {Name}";
}
