using Signet.LargeFiles.Samples;

namespace Signet.LargeFiles;

/// <summary>Every large file: at least one a format, and one beyond the format's limit where it has one.</summary>
internal static class LargeFileCatalog
{
    private const long MegaByte = 1L << 20;
    private const long FourGigaBytes = 1L << 32;

    // Beyond every number of 32 bits, signed or not, and not a power of 2.
    private const long Unlimited = (5L << 30) + 4098;

    // A signature brings a file of this size up to 4 GB.
    private const long AlmostFourGigaBytes = FourGigaBytes - (MegaByte / 2);

    // The position of a script's signature is signed as a number of 31 bits.
    private const long LongestPosition = (2L << 30) - (2 * MegaByte);
    private const long LongText = FourGigaBytes + (100 * MegaByte);

    /// <summary>The files in the order of docs/formats.md.</summary>
    public static IReadOnlyList<LargeFile> All { get; } =
    [
        new("pe", "pe", "large.exe", FourGigaBytes - MegaByte, SparseImage.Write) { Judge = Judges.OsslsigncodeAsync },
        new("pe-above", "pe", "above.exe", FourGigaBytes + MegaByte, SparseImage.WriteOverlay) { Refusal = "A PE file of 4 GB or more" },
        new("msi", "msi", "large.msi", Unlimited, SparsePackage.Write) { Judge = Judges.OsslsigncodeAsync },
        new("cab", "cab", "large.cab", FourGigaBytes - MegaByte, SparseCabinet.Write) { Judge = Judges.OsslsigncodeAsync },
        new("cab-above", "cab", "above.cab", FourGigaBytes - 16, SparseCabinet.Write) { Refusal = "A cabinet of 4 GB or more" },

        // Up to 64 MB of a catalog are held, in an array that doubles.
        new("cat-above", "cat", "above.cat", Unlimited, Seed.WriteBefore("cat"))
        {
            Refusal = "The catalog has more than 64 MB",
            MaxGrowthBytes = 192 * MegaByte,
        },
        new("powershell", "powershell", "large.ps1", LongText, LongTexts.Writer("powershell")) { Judge = Judges.OsslsigncodeAsync },
        new("powershell-xml", "powershell-xml", "large.ps1xml", LongText, LongTexts.Writer("powershell-xml")) { Judge = Judges.OsslsigncodeAsync },
        new("mof", "mof", "large.mof", LongText, LongTexts.Writer("mof")) { Judge = Judges.OsslsigncodeAsync },
        new("vbscript", "vbscript", "large.vbs", LongestPosition, LongTexts.Writer("vbscript")),
        new("vbscript-above", "vbscript", "above.vbs", LongText, LongTexts.Writer("vbscript")) { Refusal = "A script of more than 2^31 characters" },
        new("jscript", "jscript", "large.js", LongestPosition, LongTexts.Writer("jscript")),
        new("wsf", "wsf", "large.wsf", LongestPosition, LongTexts.Writer("wsf", before: "</job>")),
        new("msix", "msix", "large.msix", Unlimited, SparseAppPackage.Write) { Judge = Judges.OsslsigncodeAsync },
        new("vsix", "vsix", "large.vsix", Unlimited, SparseArchive.Writer("vsix", "large.json")),
        new("zip", "zip", "large.zip", Unlimited, SparseArchive.Writer("pe", "large.bin")),
        new("jar", "jar", "large.jar", Unlimited, SparseArchive.Writer("jar", "large.bin")) { Judge = Judges.JarsignerAsync },
        new("nuget", "nuget", "large.nupkg", FourGigaBytes - (3 * MegaByte), SparseArchive.Writer("nuget", "lib/net10.0/large.bin"))
        {
            Judge = Judges.NuGetAsync,
        },
        new("nuget-above", "nuget", "above.nupkg", AlmostFourGigaBytes, SparseArchive.Writer("nuget", "lib/net10.0/large.bin"))
        {
            Refusal = "and NuGet takes no signature in one",
        },
        new("apk", "apk", "large.apk", FourGigaBytes - (3 * MegaByte), SparseArchive.Writer("apk", "assets/large.bin"))
        {
            Judge = Judges.ApksignerAsync,
        },
        new("apk-above", "apk", "above.apk", AlmostFourGigaBytes, SparseArchive.Writer("apk", "assets/large.bin"))
        {
            Refusal = "a zip64 archive, which Android does not install",
        },
        new("cms", "cms", "large.bin", Unlimited, Seed.WriteBefore("cms")) { Judge = Judges.OpenSslCmsAsync },
        new("raw", "raw", "large.bin", Unlimited, Seed.WriteBefore("raw")) { Judge = Judges.OpenSslRawAsync },
        new("openpgp", "openpgp", "large.bin", Unlimited, Seed.WriteBefore("openpgp")) { Judge = Judges.GpgAsync },
        new("openpgp-binary", "openpgp-binary", "large.bin", Unlimited, Seed.WriteBefore("openpgp-binary")) { Judge = Judges.GpgAsync },
        new("openpgp-clear", "openpgp-clear", "large.txt", LongText, LongTexts.Writer("openpgp-clear")) { Judge = Judges.GpgClearAsync },
        new("deb", "deb", "large.deb", Unlimited, SparseDeb.Write) { Judge = Judges.DebsigVerifyAsync },
        new("rpm", "rpm", "large.rpm", Unlimited, SparseRpm.Write) { Judge = Judges.RpmKeysAsync },
        new("clickonce-above", "clickonce", "above.application", Unlimited, Seed.WriteBefore("clickonce"))
        {
            // Up to 16 MB are held when it is read to be signed, and again when it is read to be verified.
            Refusal = "it has more than 16777216 bytes",
            MaxGrowthBytes = 128 * MegaByte,
        },
    ];
}
