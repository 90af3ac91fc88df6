namespace Signet.Formats;

/// <summary>The formats that files are signed in.</summary>
/// <remarks>Immutable, so it is safe for use by several threads at once.</remarks>
public sealed class FormatCatalog
{
    /// <summary>How many bytes of a file's start decide on its format.</summary>
    public const int HeadBytes = 4096;

    /// <summary>Creates a catalog.</summary>
    /// <param name="formats">Its formats; where several match a content, the first one wins.</param>
    public FormatCatalog(IEnumerable<ISignatureFormat> formats) => All = [.. formats];

    /// <summary>Every format that Signet knows. To add one, add its folder and its line here.</summary>
    public static FormatCatalog Default { get; } = new(
    [
        new PortableExecutable.PortableExecutableFormat(),
        new WindowsInstaller.WindowsInstallerFormat(),
        new Cabinets.CabinetFormat(),
        new Catalogs.CatalogFormat(),
        .. Scripts.ScriptFormat.All,
        new Msix.MsixFormat(),
        new Vsix.VsixFormat(TimeProvider.System),
        new Jar.JarFormat(),
        new Deb.DebFormat(TimeProvider.System),
        new Rpm.RpmFormat(TimeProvider.System),
        new Cms.CmsFormat(),
        new Raw.RawFormat(),
        new OpenPgp.OpenPgpFormat(armoured: true, TimeProvider.System),
        new OpenPgp.OpenPgpFormat(armoured: false, TimeProvider.System),
        new OpenPgp.OpenPgpClearFormat(TimeProvider.System),
        new Containers.ZipFormat(),
        new NuGetPackage.NuGetPackageFormat(TimeProvider.System),
        new Apk.ApkFormat(),
        new ClickOnce.ClickOnceFormat(),
    ]);

    /// <summary>The formats in the order in which they are asked.</summary>
    public IReadOnlyList<ISignatureFormat> All { get; }

    /// <summary>
    /// Finds the format of a file: its content decides, its name picks among formats that share a content, and it must not
    /// promise another format than the one found.
    /// </summary>
    /// <param name="head">The first bytes of the file, <see cref="HeadBytes"/> or all of a shorter one.</param>
    /// <param name="fileName">Its name, with or without a path.</param>
    /// <exception cref="SignatureFormatException">No format has such a content, or the name promises another one.</exception>
    public ISignatureFormat Find(ReadOnlySpan<byte> head, string fileName)
    {
        ArgumentNullException.ThrowIfNull(fileName);
        var promised = FindByName(fileName);
        if (promised is not null && promised.MatchesContent(head) && promised.SharesContent)
        {
            return promised;
        }

        var found = FindByContent(head);
        if (found is null)
        {
            var known = string.Join(", ", Found.Select(format => format.Name));
            throw new SignatureFormatException(
                FormatFailure.Unsupported,
                promised is null
                    ? $"The content is of no format that is signed here ({known}), or only a known file name extension tells it."
                    : $"The name promises {promised.Name}, and the content is not that.");
        }

        if (promised is not null && promised != found)
        {
            throw new SignatureFormatException(
                FormatFailure.Unsupported,
                $"The name promises {promised.Name}, and the content is {found.Name}. Rename the file to what it is.");
        }

        return found;
    }

    /// <summary>The format with this name in the configuration; null for none.</summary>
    /// <param name="name">For instance "pe".</param>
    public ISignatureFormat? FindByFormatName(string name) => All.FirstOrDefault(format => format.Name == name);

    /// <summary>
    /// Finds the format of a signature file that lies beside its content, by its name and its content; null where it is none.
    /// </summary>
    /// <param name="head">The first bytes of the signature file, <see cref="HeadBytes"/> or all of a shorter one.</param>
    /// <param name="fileName">Its name, with or without a path.</param>
    public IDetachedFormat? FindDetached(ReadOnlySpan<byte> head, string fileName)
    {
        ArgumentNullException.ThrowIfNull(fileName);
        foreach (var format in All.OfType<IDetachedFormat>())
        {
            if (fileName.Length > format.Suffix.Length
                && fileName.EndsWith(format.Suffix, StringComparison.OrdinalIgnoreCase) && format.MatchesContent(head))
            {
                return format;
            }
        }

        return null;
    }

    // A format that fits any file is chosen, never found.
    private IEnumerable<ISignatureFormat> Found => All.Where(format => format is not IDetachedFormat);

    private ISignatureFormat? FindByName(string fileName)
    {
        var extension = Path.GetExtension(fileName);
        return extension.Length == 0
            ? null
            : Found.FirstOrDefault(format => format.Extensions.Contains(extension, StringComparer.OrdinalIgnoreCase));
    }

    private ISignatureFormat? FindByContent(ReadOnlySpan<byte> head)
    {
        foreach (var format in Found)
        {
            if (!format.SharesContent && format.MatchesContent(head))
            {
                return format;
            }
        }

        return null;
    }
}
