using System.Security.Cryptography;

namespace Signet.Formats.Jar;

/// <summary>The .SF file of a signature: digests of the manifest, of its main section, and of every other section.</summary>
internal static class SignatureFile
{
    /// <summary>Writes it.</summary>
    public static byte[] Write(ManifestText manifest, HashAlgorithmName hash)
    {
        var name = JarHash.NameOf(hash);
        using var writer = new ManifestWriter();
        writer.WriteAttribute("Signature-Version", "1.0");
        writer.WriteAttribute("Created-By", "Signet");
        writer.WriteAttribute($"{name}-Digest-Manifest", Digest(hash, manifest.Bytes.Span));
        writer.WriteAttribute($"{name}-Digest-Manifest-Main-Attributes", Digest(hash, manifest.BytesOf(manifest.Sections[0])));
        writer.WriteLineEnd();

        // Readers put sections of one name together, and so does the digest.
        foreach (var sections in manifest.Sections.Skip(1).GroupBy(section => section.Name, StringComparer.Ordinal))
        {
            using var digest = IncrementalHash.CreateHash(hash);
            foreach (var section in sections)
            {
                digest.AppendData(manifest.BytesOf(section));
            }

            writer.WriteAttribute("Name", sections.Key!);
            writer.WriteAttribute($"{name}-Digest", Convert.ToBase64String(digest.GetHashAndReset()));
            writer.WriteLineEnd();
        }

        return writer.ToArray();
    }

    private static string Digest(HashAlgorithmName hash, ReadOnlySpan<byte> bytes) =>
        Convert.ToBase64String(CryptographicOperations.HashData(hash, bytes));
}
