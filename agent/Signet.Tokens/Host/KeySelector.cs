using System.Text.Json.Serialization;

namespace Signet.Tokens.Host;

/// <summary>Which private key of a token is meant: by its label, by its id, or by both together.</summary>
/// <param name="Label">CKA_LABEL; null where the id alone decides.</param>
/// <param name="Id">CKA_ID in hexadecimal, lower case; null where the label alone decides.</param>
public sealed record KeySelector(string? Label, string? Id = null)
{
    /// <summary>
    /// DER SubjectPublicKeyInfo of the configured certificate, for a key whose token shows no public part; empty for none.
    /// </summary>
    public byte[] ExpectedPublicKey { get; init; } = [];

    /// <summary>What the key is asked for under: the label, or with an id something that can be no label.</summary>
    [JsonIgnore]
    public string Reference => Id is null ? Label ?? string.Empty : $"{Label}\0{Id}";

    /// <summary>The selector in words, as it follows "key with".</summary>
    [JsonIgnore]
    public string Description => (Label, Id) switch
    {
        (not null, not null) => $"the label '{Label}' and the id {Id}",
        (not null, null) => $"the label '{Label}'",
        _ => $"the id {Id}",
    };
}
