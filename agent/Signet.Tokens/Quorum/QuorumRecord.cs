namespace Signet.Tokens.Quorum;

/// <summary>
/// A quorum as it is kept: the token's PIN sealed with a key that is split among the operators, and each operator's part
/// sealed to that operator. Nothing in it helps without K operators.
/// </summary>
/// <param name="Generation">A UUID; every ceremony makes a new one.</param>
/// <param name="Token">Name of the token.</param>
/// <param name="Serial">Serial number of the token that has the PIN.</param>
/// <param name="Threshold">K, 1 or more.</param>
/// <param name="CreatedAt">When.</param>
/// <param name="CreatedBy">Who made or confirmed it.</param>
/// <param name="SealedPin">The PIN, by <see cref="SealedSecret"/>.</param>
/// <param name="Members">The operators, K or more.</param>
internal sealed record QuorumRecord(
    string Generation, string Token, string Serial, int Threshold, DateTimeOffset CreatedAt, IReadOnlyList<string> CreatedBy,
    byte[] SealedPin, IReadOnlyList<QuorumPart> Members)
{
    /// <summary>What the PIN is sealed for.</summary>
    public static string ContextOf(string token, string serial, string generation) => $"signet quorum pin {token} {serial} {generation}";

    /// <summary>The part of an operator; null for none.</summary>
    public QuorumPart? PartOf(string account) => Members.FirstOrDefault(part => part.Account == account);
}

/// <summary>An operator's part of a quorum.</summary>
/// <param name="Account">The operator.</param>
/// <param name="Number">Number of the share, 1 to 255.</param>
/// <param name="Certificate">What it is sealed to, DER.</param>
/// <param name="SealedKey">The private key as it was when the share was sealed; a later enrolment does not change it.</param>
/// <param name="SealedShare">CMS, DER.</param>
/// <param name="ShareSha256">Tells a wrong share before it does harm.</param>
internal sealed record QuorumPart(string Account, byte Number, byte[] Certificate, byte[] SealedKey, byte[] SealedShare, byte[] ShareSha256);

/// <summary>An operator who can be a member of a quorum.</summary>
/// <param name="Account">The account.</param>
/// <param name="Certificate">DER, with an RSA key.</param>
/// <param name="SealedKey">The private key, sealed with a passphrase; empty where it is on the operator's card.</param>
/// <param name="EnrolledAt">When.</param>
/// <param name="IsProved">Whether the key opened a challenge that was sealed to the certificate; of older versions, false.</param>
internal sealed record EnrolledOperator(
    string Account, byte[] Certificate, byte[] SealedKey, DateTimeOffset EnrolledAt, bool IsProved = false)
{
    /// <summary>Whether the private key is on the operator's card.</summary>
    public bool OnCard => SealedKey.Length == 0;
}
