using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Signet.Cli.Commands;
using Signet.Formats;

namespace Signet.Cli.Screens.Verify;

/// <summary>The result of <c>signet verify --json</c>.</summary>
internal static class VerificationJson
{
    /// <summary>One file on one line.</summary>
    public static string Of(VerifiedFile file) => JsonLine.Of(
        ("file", file.File),
        ("signatureFile", file.SignatureFile),
        ("format", file.Report.Format),
        ("signed", file.Report.Signatures.Count > 0),
        ("holds", file.Report.Holds),
        ("signatures", new JsonArray([.. file.Report.Signatures.Select(Of)])));

    private static JsonObject Of(SignatureReport signature) => new()
    {
        ["holds"] = signature.Problems.Count == 0,
        ["problems"] = JsonLine.List(signature.Problems),
        ["notes"] = JsonLine.List(signature.Notes),
        ["subject"] = signature.Signer?.Subject,
        ["issuer"] = signature.Signer?.Issuer,
        ["certificateSha256"] = signature.Signer?.GetCertHashString(HashAlgorithmName.SHA256).ToLowerInvariant(),
        ["openPgpFingerprint"] = signature.OpenPgp?.Fingerprint,
        ["openPgpUserId"] = signature.OpenPgp?.UserId,
        ["signedAt"] = signature.OpenPgp?.SignedAt?.UtcDateTime.ToString("O", System.Globalization.CultureInfo.InvariantCulture),
        ["digestAlgorithm"] = signature.DigestAlgorithm,
        ["contentDigest"] = Convert.ToHexStringLower(signature.ContentDigest.Span),
        ["description"] = signature.Description,
        ["descriptionUrl"] = signature.DescriptionUrl,
        ["timestamp"] = signature.Timestamp?.UtcDateTime.ToString("O", System.Globalization.CultureInfo.InvariantCulture),
        ["timestampAuthority"] = signature.TimestampAuthority?.Subject,
    };
}
