using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Signet.Formats;

namespace Signet.Cli.Screens.Verify;

/// <summary>The result of <c>signet verify --json</c>.</summary>
internal static class VerificationJson
{
    /// <summary>One file on one line.</summary>
    public static string Of(string file, VerificationReport report) => JsonLine.Of(
        ("file", file),
        ("format", report.Format),
        ("signed", report.Signatures.Count > 0),
        ("holds", report.Holds),
        ("signatures", new JsonArray([.. report.Signatures.Select(Of)])));

    private static JsonObject Of(SignatureReport signature) => new()
    {
        ["holds"] = signature.Problems.Count == 0,
        ["problems"] = JsonLine.List(signature.Problems),
        ["subject"] = signature.Signer?.Subject,
        ["issuer"] = signature.Signer?.Issuer,
        ["certificateSha256"] = signature.Signer?.GetCertHashString(HashAlgorithmName.SHA256).ToLowerInvariant(),
        ["digestAlgorithm"] = signature.DigestAlgorithm,
        ["contentDigest"] = Convert.ToHexStringLower(signature.ContentDigest.Span),
        ["description"] = signature.Description,
        ["descriptionUrl"] = signature.DescriptionUrl,
        ["timestamp"] = signature.Timestamp?.UtcDateTime.ToString("O", System.Globalization.CultureInfo.InvariantCulture),
        ["timestampAuthority"] = signature.TimestampAuthority?.Subject,
    };
}
