namespace Signet.Tokens.Host;

/// <summary>What the agent may change while its token host runs: who may unlock, and the labels of the keys.</summary>
/// <param name="initial">As at the start.</param>
/// <remarks>Safe for use by several threads at once.</remarks>
internal sealed class TokenHostSettings(TokenHostOptions initial)
{
    private volatile Values _values = new(initial.Operators, initial.KeyLabels);

    /// <summary>Accounts of the operators.</summary>
    public IReadOnlyList<string> Operators => _values.Operators;

    /// <summary>Whether an account is an operator now; case counts on Linux and not on Windows.</summary>
    public bool IsOperator(string account) => _values.Operators.Contains(
        account, OperatingSystem.IsWindows() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);

    /// <summary>Labels of the private keys that will be used; they count at the next unlock.</summary>
    public IReadOnlyList<string> KeyLabels => _values.KeyLabels;

    /// <summary>Takes what may change; everything else stays as it was at the start.</summary>
    public void Update(TokenHostOptions options) => _values = new Values(options.Operators, options.KeyLabels);

    private sealed record Values(IReadOnlyList<string> Operators, IReadOnlyList<string> KeyLabels);
}
