namespace Signet.Tokens.Host;

/// <summary>What the agent may change while its token host runs: who may unlock, and which keys are used.</summary>
/// <param name="initial">As at the start.</param>
/// <remarks>Safe for use by several threads at once.</remarks>
internal sealed class TokenHostSettings(TokenHostOptions initial)
{
    private volatile Values _values = new(initial.Operators, initial.Keys);

    /// <summary>Accounts of the operators.</summary>
    public IReadOnlyList<string> Operators => _values.Operators;

    /// <summary>The private keys that will be used.</summary>
    public IReadOnlyList<KeySelector> Keys => _values.Keys;

    /// <summary>Raised, on any thread, after the keys changed.</summary>
    public event Action? KeysChanged;

    /// <summary>Whether an account is an operator now; case counts on Linux and not on Windows.</summary>
    public bool IsOperator(string account) => _values.Operators.Contains(
        account, OperatingSystem.IsWindows() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);

    /// <summary>Takes what may change; everything else stays as it was at the start.</summary>
    public void Update(TokenHostOptions options)
    {
        var before = _values;
        _values = new Values(options.Operators, options.Keys);
        if (!Same(before.Keys, options.Keys))
        {
            KeysChanged?.Invoke();
        }
    }

    private static bool Same(IReadOnlyList<KeySelector> before, IReadOnlyList<KeySelector> after) =>
        before.Count == after.Count && before.Zip(after).All(pair => pair.First.Reference == pair.Second.Reference
            && pair.First.ExpectedPublicKey.AsSpan().SequenceEqual(pair.Second.ExpectedPublicKey));

    private sealed record Values(IReadOnlyList<string> Operators, IReadOnlyList<KeySelector> Keys);
}
