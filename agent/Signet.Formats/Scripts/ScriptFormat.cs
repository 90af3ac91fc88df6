namespace Signet.Formats.Scripts;

/// <summary>Scripts that Windows reads, signed with Authenticode in a block of comment lines.</summary>
public sealed class ScriptFormat : ISignatureFormat
{
    private readonly ScriptLanguage _language;

    private ScriptFormat(ScriptLanguage language) => _language = language;

    /// <summary>One format for each kind of script.</summary>
    public static IReadOnlyList<ISignatureFormat> All { get; } =
    [
        new ScriptFormat(ScriptLanguage.PowerShell),
        new ScriptFormat(ScriptLanguage.PowerShellXml),
        new ScriptFormat(ScriptLanguage.ManagedObjectFormat),
        new ScriptFormat(ScriptLanguage.VisualBasic),
        new ScriptFormat(ScriptLanguage.JavaScript),
        new ScriptFormat(ScriptLanguage.WindowsScriptFile),
    ];

    /// <inheritdoc/>
    public string Name => _language.Name;

    /// <inheritdoc/>
    public bool RequiresRandomAccess => false;

    /// <inheritdoc/>
    public bool SharesContent => true;

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Extensions => _language.Extensions;

    /// <inheritdoc/>
    public bool MatchesContent(ReadOnlySpan<byte> head) =>
        ByteOrderMarks.Read(head).UnitBytes() == 2 || !head.Contains((byte)0);

    /// <inheritdoc/>
    public async Task<IPreparedSignature> PrepareAsync(
        Stream content, SigningChoices choices, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(content);
        ArgumentNullException.ThrowIfNull(choices);
        var script = await ScriptReader.ReadAsync(content, _language, choices.HashAlgorithm, cancellationToken)
            .ConfigureAwait(false);
        if (script.Signature is not null && choices.ExistingSignature == ExistingSignatureRule.Refuse)
        {
            throw new SignatureFormatException(
                FormatFailure.AlreadySigned, "The script is signed already, and the request says to refuse that.");
        }

        return new PreparedScript(script, _language, choices);
    }

    /// <inheritdoc/>
    public Task<VerificationReport> VerifyAsync(
        Stream content, TrustAnchors trust, CancellationToken cancellationToken) =>
        Verification.ScriptVerifier.VerifyAsync(content, _language, trust, cancellationToken);

    /// <summary>The error for a script that breaks a rule.</summary>
    /// <param name="what">What is wrong, in one clause.</param>
    /// <param name="cause">For the log.</param>
    internal static SignatureFormatException Malformed(string what, Exception? cause = null) =>
        new(FormatFailure.Malformed, $"This script cannot be signed or verified: {what}.", cause);
}
