using Signet.Agent.Ledger;

namespace Signet.Agent.Operators;

/// <summary>The ledger records of what operators do. docs/ledger.md lists their fields.</summary>
internal static class OperatorRecords
{
    /// <summary>An operator locked tokens.</summary>
    public static LedgerRecord Locked(string account, IReadOnlyList<string> tokens) => new(
        LedgerKinds.TokenLockRequested, "operator:" + account,
        new Dictionary<string, object?>(StringComparer.Ordinal) { ["tokens"] = tokens });

    /// <summary>An operator had a key sign its own OpenPGP public key.</summary>
    public static LedgerRecord OpenPgpKeyExported(string account, string key, string fingerprint, string userId) => new(
        LedgerKinds.OpenPgpKeyExported, "operator:" + account,
        new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["key"] = key,
            ["fingerprint"] = fingerprint,
            ["userId"] = userId,
        });

    /// <summary>A configuration came into use.</summary>
    /// <param name="actor">"agent" at the start, else the operator who reloaded it.</param>
    /// <param name="sha256">Of the file, 32 bytes.</param>
    public static LedgerRecord ConfigurationLoaded(string actor, byte[] sha256) => new(
        LedgerKinds.ConfigurationLoaded, actor,
        new Dictionary<string, object?>(StringComparer.Ordinal) { ["configurationSha256"] = sha256 });

    /// <summary>A configuration was to be reloaded and has problems, so the old one stays.</summary>
    /// <param name="actor">The operator who wanted it.</param>
    /// <param name="sha256">Of the file, 32 bytes; null where it could not be read.</param>
    /// <param name="problems">How many.</param>
    public static LedgerRecord ConfigurationRefused(string actor, byte[]? sha256, int problems) => new(
        LedgerKinds.ConfigurationRefused, actor,
        new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["configurationSha256"] = sha256,
            ["problems"] = problems,
        });
}
