using Signet.Cli.Commands;
using Signet.Formats;
using Spectre.Console;

namespace Signet.Cli.Screens.Verify;

/// <summary>The screen of <c>signet verify</c>.</summary>
internal static class VerificationScreen
{
    /// <summary>Draws what was found in one file.</summary>
    public static void Draw(IAnsiConsole console, VerifiedFile file)
    {
        var report = file.Report;
        var (word, style) = report.Signatures.Count == 0
            ? ("NOT SIGNED", Sheet.Bad)
            : report.Holds ? ("HOLDS", Sheet.Good) : ("DOES NOT HOLD", Sheet.Bad);
        console.Write(Sheet.Cell(word, style));
        console.Write(Sheet.Cell(
            $"   {file.File} ({report.Format}{(file.SignatureFile is { } beside ? ", signature " + beside : string.Empty)})"));
        console.WriteLine();
        for (var index = 0; index < report.Signatures.Count; index++)
        {
            if (report.Signatures.Count > 1)
            {
                console.Write(Sheet.Cell($"  Signature {index + 1} of {report.Signatures.Count}", Sheet.Strong));
                console.WriteLine();
            }

            console.Indent(Rows(report.Signatures[index]));
        }
    }

    private static Table Rows(SignatureReport signature)
    {
        var table = Sheet.Columns(2);
        foreach (var problem in signature.Problems)
        {
            table.AddFact("problem", problem, Sheet.Bad);
        }

        foreach (var note in signature.Notes)
        {
            table.AddFact("note", note);
        }

        table.AddFact("signed by", signature.Signer?.Subject ?? signature.OpenPgp?.UserId ?? "nobody who can be named");
        table.AddFact("OpenPGP key", signature.OpenPgp?.Fingerprint ?? string.Empty);
        table.AddFact("signed at", signature.OpenPgp?.SignedAt is { } signedAt
            ? $"{Words.Moment(signedAt)} by the signer's own word"
            : string.Empty);
        table.AddFact("issued by", signature.Signer?.Issuer ?? string.Empty);
        table.AddFact("certificate", signature.Signer is { } signer
            ? $"SHA-256 {signer.GetCertHashString(System.Security.Cryptography.HashAlgorithmName.SHA256).ToLowerInvariant()}"
            : string.Empty);
        table.AddFact("digest", signature.ContentDigest.IsEmpty
            ? string.Empty
            : $"{signature.DigestAlgorithm} {Convert.ToHexStringLower(signature.ContentDigest.Span)}");
        table.AddFact("timestamp", signature.Timestamp is { } time
            ? $"{Words.Moment(time)} by {signature.TimestampAuthority?.Subject}"
            : "none");
        table.AddFact("description", signature.Description ?? string.Empty);
        table.AddFact("description URL", signature.DescriptionUrl ?? string.Empty);
        return table;
    }
}
