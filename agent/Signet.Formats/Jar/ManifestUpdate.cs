namespace Signet.Formats.Jar;

/// <summary>
/// Brings the digests of all entries into a manifest, as jarsigner does: what is there stays byte for byte, lines that state
/// another digest go, a section that lacks a digest gets one, and entries without a section get one at the end.
/// </summary>
internal sealed class ManifestUpdate(IReadOnlyList<EntryDigest> digests, string digestAttribute, bool keepsSignatures)
{
    private static readonly string[] AcceptedDigests = ["SHA-256-Digest", "SHA-384-Digest", "SHA-512-Digest"];

    private readonly Dictionary<string, EntryDigest> _missing =
        digests.ToDictionary(entry => entry.Name, StringComparer.Ordinal);

    private bool _changed;

    /// <summary>The manifest for a signature.</summary>
    /// <param name="manifest">The one that is there; null for none.</param>
    /// <returns>The same where it says all that is needed.</returns>
    /// <exception cref="SignatureFormatException">Signatures that are to stay would break.</exception>
    public ManifestText Apply(ManifestText? manifest)
    {
        using var writer = new ManifestWriter();
        if (manifest is null || manifest.Bytes.IsEmpty)
        {
            writer.WriteAttribute("Manifest-Version", "1.0");
            writer.WriteAttribute("Created-By", "Signet");
            writer.WriteLineEnd();
            _changed = true;
        }
        else
        {
            // Everything in front of the first section and blank lines between sections stay too.
            var written = 0;
            foreach (var section in manifest.Sections)
            {
                writer.WriteRaw(manifest.Bytes.Span[written..section.Start]);
                WriteSection(writer, manifest, section);
                written = section.End;
            }

            writer.WriteRaw(manifest.Bytes.Span[written..]);
            EndLastSection(writer, manifest);
        }

        foreach (var entry in digests.Where(entry => _missing.ContainsKey(entry.Name)))
        {
            writer.WriteAttribute("Name", entry.Name);
            writer.WriteAttribute(digestAttribute, entry.Base64);
            writer.WriteLineEnd();
            _changed = true;
        }

        return _changed ? ManifestText.Parse(writer.ToArray()) : manifest!;
    }

    private void WriteSection(ManifestWriter writer, ManifestText manifest, ManifestSection section)
    {
        if (section.Name is null)
        {
            writer.WriteRaw(manifest.BytesOf(section));
            return;
        }

        var stated = section.Attributes.Where(attribute => attribute.IsDigest).ToList();
        var isKnown = _missing.Remove(section.Name, out var entry);
        if (keepsSignatures)
        {
            RequireKept(section.Name, stated, entry);
            writer.WriteRaw(manifest.BytesOf(section));
        }
        else if (isKnown ? States(stated, entry!) : stated.Count == 0)
        {
            writer.WriteRaw(manifest.BytesOf(section));
        }
        else
        {
            _changed = true;
            WriteChanged(writer, manifest, section, entry);
        }
    }

    private bool States(List<ManifestAttribute> stated, EntryDigest entry) =>
        stated is [var only] && only.Name.Equals(digestAttribute, StringComparison.OrdinalIgnoreCase) && only.Value == entry.Base64;

    private void WriteChanged(ManifestWriter writer, ManifestText manifest, ManifestSection section, EntryDigest? entry)
    {
        // A section that said nothing but the digest of an entry that is gone goes too.
        if (entry is null && section.Attributes.Skip(1).All(attribute => attribute.IsDigest))
        {
            return;
        }

        foreach (var attribute in section.Attributes.Where(attribute => !attribute.IsDigest))
        {
            writer.WriteRaw(manifest.Bytes.Span[attribute.Start..attribute.End]);
        }

        if (!writer.EndsWithLineEnd)
        {
            writer.WriteLineEnd();
        }

        if (entry is not null)
        {
            writer.WriteAttribute(digestAttribute, entry.Base64);
        }

        writer.WriteRaw(manifest.Bytes.Span[section.LinesEnd..section.End]);
    }

    // A signature that is there covers the section's bytes, so nothing can be added to it.
    private static void RequireKept(string name, List<ManifestAttribute> stated, EntryDigest? entry)
    {
        if (entry is null)
        {
            return;
        }

        var accepted = stated.Where(attribute => AcceptedDigests.Contains(attribute.Name, StringComparer.OrdinalIgnoreCase)).ToList();
        if (accepted.Count == 0)
        {
            throw new SignatureFormatException(
                FormatFailure.InvalidChoice,
                $"The manifest states no SHA-2 digest of '{name}', and adding one would break the signature that is there. Choose 'replace'.");
        }

        if (accepted.Any(attribute => attribute.Value != entry.Base64Of(attribute.Name)))
        {
            throw new SignatureFormatException(
                FormatFailure.InvalidChoice,
                $"'{name}' was changed after the JAR was signed, so the signature that is there does not hold. Choose 'replace'.");
        }
    }

    // A new section needs a blank line in front of it, and readers pass over a last line without an end.
    private void EndLastSection(ManifestWriter writer, ManifestText manifest)
    {
        if (!writer.EndsWithLineEnd)
        {
            writer.WriteLineEnd();
            _changed = true;
        }

        var last = manifest.Sections[^1];
        if (_missing.Count > 0 && last.End == manifest.Bytes.Length && last.LinesEnd == last.End)
        {
            writer.WriteLineEnd();
        }
    }
}
