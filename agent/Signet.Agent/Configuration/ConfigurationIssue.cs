namespace Signet.Agent.Configuration;

/// <summary>One thing that is wrong with the configuration file, and what would be right.</summary>
/// <param name="Line">Line, counted from 1.</param>
/// <param name="Column">Column in characters, counted from 1.</param>
/// <param name="Detail">For people. Never holds the value of a secret, and no value where a PIN may have been written.</param>
internal sealed record ConfigurationIssue(int Line, int Column, string Detail)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Line}:{Column}: {Detail}";
}
