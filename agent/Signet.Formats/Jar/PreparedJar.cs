using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Signet.Formats.SignedData;
using Signet.Formats.Zip;

namespace Signet.Formats.Jar;

/// <summary>A JAR that was read and awaits its signature.</summary>
internal sealed class PreparedJar(
    ZipFile archive, ZipEntry? manifestEntry, ManifestText manifest, bool manifestChanged, bool keepsSignatures,
    HashAlgorithmName hash) : IPreparedSignature
{
    // "JAR File Specification": a base name has at most eight of these.
    private const int MaxBaseNameLength = 8;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Edit>> SignAsync(
        ISigner signer, ITimestamper? timestamper, CancellationToken cancellationToken)
    {
        var file = SignatureFile.Write(manifest, hash);
        var block = await SignedDataSigner.SignAsync(
            SignedContent.Detached(file, hash), [], signer, timestamper, cancellationToken).ConfigureAwait(false);
        var extension = signer.Scheme == SignatureScheme.Ecdsa ? ".EC" : ".RSA";
        var path = JarNames.MetaDirectory + BaseName(signer.CertificateChain[0]);
        return ToEdits((path + ".SF", file), (path + extension, block));
    }

    private IReadOnlyList<Edit> ToEdits(params (string Name, byte[] Content)[] added)
    {
        var editor = new ZipEditor(archive);
        if (!keepsSignatures)
        {
            foreach (var old in archive.Entries.Where(entry => JarNames.IsOfSignature(entry.Name)))
            {
                editor.Remove(old);
            }
        }

        var packedManifest = manifestChanged ? PackedContent.Pack(manifest.Bytes.Span, compress: true) : null;
        if (manifestEntry is null || !LeadsTheArchive(manifestEntry))
        {
            MoveManifest(editor, packedManifest);
            foreach (var (name, content) in added)
            {
                editor.AddFirst(name, PackedContent.Pack(content, compress: true));
            }

            return editor.ToEdits();
        }

        if (packedManifest is not null)
        {
            editor.Replace(manifestEntry, packedManifest);
        }

        // Behind the signatures that are there, which come directly behind the manifest: readers of streams want it so.
        var last = archive.Entries.Where(entry => keepsSignatures && JarNames.IsOfSignature(entry.Name))
            .MaxBy(entry => entry.Offset) ?? manifestEntry;
        foreach (var (name, content) in added)
        {
            editor.AddAfter(last, name, PackedContent.Pack(content, compress: true));
        }

        return editor.ToEdits();
    }

    // A stream's reader looks for the manifest in the first entries alone.
    private bool LeadsTheArchive(ZipEntry entry) => archive.Entries.OrderBy(other => other.Offset)
        .TakeWhile(other => other != entry)
        .All(other => other.Name.StartsWith(JarNames.MetaDirectory, StringComparison.OrdinalIgnoreCase));

    private void MoveManifest(ZipEditor editor, PackedContent? packed)
    {
        if (manifestEntry is not null)
        {
            editor.Remove(manifestEntry);
        }

        editor.AddFirst(
            manifestEntry?.Name ?? JarNames.Manifest, packed ?? PackedContent.Pack(manifest.Bytes.Span, compress: true));
    }

    // Of the certificate's common name, and with a number where another signature has it.
    private string BaseName(X509Certificate2 certificate)
    {
        var name = new string([.. certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false)
            .ToUpperInvariant().Take(MaxBaseNameLength).Select(letter => IsAllowed(letter) ? letter : '_')]);
        name = name.Length == 0 ? "SIGNER" : name;
        var candidate = name;
        for (var number = 2; keepsSignatures && IsTaken(candidate); number++)
        {
            var suffix = number.ToString(CultureInfo.InvariantCulture);
            candidate = name[..Math.Min(name.Length, MaxBaseNameLength - suffix.Length)] + suffix;
        }

        return candidate;
    }

    private bool IsTaken(string baseName) => archive.Entries.Any(entry =>
        JarNames.IsOfSignature(entry.Name)
        && Path.GetFileNameWithoutExtension(entry.Name).Equals(baseName, StringComparison.OrdinalIgnoreCase));

    private static bool IsAllowed(char letter) => char.IsAsciiLetterUpper(letter) || char.IsAsciiDigit(letter) || letter is '_' or '-';
}
