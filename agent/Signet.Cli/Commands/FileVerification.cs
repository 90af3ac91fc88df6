using Signet.Cli.Errors;
using Signet.Formats;

namespace Signet.Cli.Commands;

/// <summary>What was found in one file, or in a signature beside it.</summary>
/// <param name="File">Path of the content.</param>
/// <param name="SignatureFile">Path of the signature; null where it lies in the file itself.</param>
/// <param name="Report">What was found.</param>
internal sealed record VerifiedFile(string File, string? SignatureFile, VerificationReport Report);

/// <summary>Finds the signatures of a file, in it and beside it, and verifies them.</summary>
internal static class FileVerification
{
    /// <summary>Verifies a file with what lies beside it, or a signature file with its content.</summary>
    /// <exception cref="CommandException">There is nothing that can be verified.</exception>
    public static async Task<IReadOnlyList<VerifiedFile>> VerifyAsync(
        string path, TrustAnchors trust, CancellationToken cancellationToken)
    {
        try
        {
            await using var file = Open(path);
            var head = await ReadHeadAsync(file, cancellationToken);
            if (FormatCatalog.Default.FindDetached(head, path) is not { } format)
            {
                return await VerifyWithBesideAsync(path, file, head, trust, cancellationToken);
            }

            // A clear-signed document holds its text, so it is verified without its original too.
            return File.Exists(ContentOf(path, format))
                ? [await VerifyDetachedAsync(ContentOf(path, format), path, format, trust, cancellationToken)]
                : [new VerifiedFile(path, null, await format.VerifyAsync(file, trust, cancellationToken))];
        }
        catch (SignatureFormatException exception)
        {
            throw new CommandException(ExitCode.Invalid, $"{path}: {exception.Message}", exception);
        }
    }

    private static async Task<IReadOnlyList<VerifiedFile>> VerifyWithBesideAsync(
        string path, FileStream file, byte[] head, TrustAnchors trust, CancellationToken cancellationToken)
    {
        var found = new List<VerifiedFile>();
        foreach (var suffix in FormatCatalog.Default.All.OfType<IDetachedFormat>().Select(format => format.Suffix).Distinct())
        {
            var beside = path + suffix;
            if (File.Exists(beside) && await FindDetachedAsync(beside, cancellationToken) is { } format)
            {
                found.Add(await VerifyDetachedAsync(path, beside, format, trust, cancellationToken));
            }
        }

        try
        {
            var format = FormatCatalog.Default.Find(head, path);
            file.Position = 0;
            var report = await format.VerifyAsync(file, trust, cancellationToken);
            if (report.Signatures.Count > 0 || found.Count == 0)
            {
                found.Insert(0, new VerifiedFile(path, null, report));
            }
        }
        catch (SignatureFormatException exception)
            when (exception.Failure == FormatFailure.Unsupported && found.Count > 0)
        {
            // A file of no format that carries signatures; those beside it are what there is.
        }

        return found;
    }

    private static async Task<VerifiedFile> VerifyDetachedAsync(
        string contentPath, string signaturePath, IDetachedFormat format, TrustAnchors trust, CancellationToken cancellationToken)
    {
        await using var content = Open(contentPath);
        await using var signature = Open(signaturePath);
        try
        {
            return new VerifiedFile(
                contentPath, signaturePath, await format.VerifyDetachedAsync(content, signature, trust, cancellationToken));
        }
        catch (SignatureFormatException exception)
        {
            throw new CommandException(ExitCode.Invalid, $"{signaturePath}: {exception.Message}", exception);
        }
    }

    private static async Task<IDetachedFormat?> FindDetachedAsync(string path, CancellationToken cancellationToken)
    {
        await using var file = Open(path);
        return FormatCatalog.Default.FindDetached(await ReadHeadAsync(file, cancellationToken), path);
    }

    private static async Task<byte[]> ReadHeadAsync(FileStream file, CancellationToken cancellationToken)
    {
        var head = new byte[FormatCatalog.HeadBytes];
        var count = await file.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken);
        return head[..count];
    }

    private static string ContentOf(string signaturePath, IDetachedFormat format) => signaturePath[..^format.Suffix.Length];

    private static FileStream Open(string path) => new(
        path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1,
        FileOptions.Asynchronous | FileOptions.SequentialScan);
}
