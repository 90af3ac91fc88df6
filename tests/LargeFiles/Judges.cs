using Signet.Testing.Judges;
using Signet.Testing.Tools;

namespace Signet.LargeFiles;

/// <summary>The judges of docs/formats.md, on large files.</summary>
internal static class Judges
{
    public static async Task<Verdict> OsslsigncodeAsync(JudgedFile file, CancellationToken cancellationToken)
    {
        var result = await Osslsigncode.VerifyAsync(file.Signed, file.SigningRoots, file.TimestampRoots, cancellationToken);
        return Say("osslsigncode", Osslsigncode.AcceptsStamped(result), result);
    }

    public static async Task<Verdict> JarsignerAsync(JudgedFile file, CancellationToken cancellationToken)
    {
        var jarsigner = await Jarsigner.CreateAsync(file.Directory, cancellationToken, file.SigningRoots, file.TimestampRoots);
        var result = await jarsigner.VerifyAsync(file.Signed, cancellationToken);
        return Say("jarsigner", Jarsigner.AcceptsStamped(result), result);
    }

    public static async Task<Verdict> NuGetAsync(JudgedFile file, CancellationToken cancellationToken)
    {
        var nuget = await NuGetCommand.CreateAsync(file.Directory, file.SigningRoots, file.TimestampRoots, cancellationToken);
        var result = await nuget.VerifyAsync([file.Signed], cancellationToken);
        return Say("dotnet nuget verify", NuGetCommand.AcceptsStamped(result), result);
    }

    public static async Task<Verdict> ApksignerAsync(JudgedFile file, CancellationToken cancellationToken)
    {
        var result = await Apksigner.VerifyAsync(file.Signed, cancellationToken);

        // The seed runs on Android 9 and later, which look at scheme v3 alone.
        return Say("apksigner", Apksigner.AcceptsV3(result), result);
    }

    public static async Task<Verdict> OpenSslCmsAsync(JudgedFile file, CancellationToken cancellationToken)
    {
        var result = await OpenSsl.VerifyCmsAsync(file.Content, file.Signed, file.SigningRoots, cancellationToken);
        return Say("openssl cms", result.ExitCode == 0, result);
    }

    public static async Task<Verdict> OpenSslRawAsync(JudgedFile file, CancellationToken cancellationToken)
    {
        var result = await OpenSsl.VerifyRawAsync(file.Content, file.Signed, file.PublicKey, "sha256", pss: false, cancellationToken);
        return Say("openssl dgst", result.ExitCode == 0, result);
    }

    public static Task<Verdict> GpgAsync(JudgedFile file, CancellationToken cancellationToken) =>
        GpgAsync(file, file.Content, cancellationToken);

    public static Task<Verdict> GpgClearAsync(JudgedFile file, CancellationToken cancellationToken) =>
        GpgAsync(file, null, cancellationToken);

    public static async Task<Verdict> DebsigVerifyAsync(JudgedFile file, CancellationToken cancellationToken)
    {
        await using var gpg = await GnuPgAsync(file, cancellationToken);
        var debsig = new DebsigVerify(file.Directory.File("debsig"), gpg);
        await debsig.TrustAsync(file.Fingerprint, cancellationToken);
        var result = await debsig.VerifyAsync(file.Signed, cancellationToken);
        return Say("debsig-verify", result.ExitCode == 0, result);
    }

    public static async Task<Verdict> RpmKeysAsync(JudgedFile file, CancellationToken cancellationToken)
    {
        var rpmkeys = new RpmKeys(file.Directory.File("rpmdb"));
        await rpmkeys.ImportAsync(file.OpenPgpKey, cancellationToken);
        var result = await rpmkeys.VerifyAsync(file.Signed, cancellationToken);
        return Say("rpmkeys", RpmKeys.Accepts(result, file.Fingerprint, "SHA256"), result);
    }

    private static async Task<Verdict> GpgAsync(JudgedFile file, string? content, CancellationToken cancellationToken)
    {
        await using var gpg = await GnuPgAsync(file, cancellationToken);
        var result = await gpg.VerifyAsync(file.Signed, content, cancellationToken);
        return Say("gpg", GnuPg.Accepts(result, file.Fingerprint), result);
    }

    private static async Task<GnuPg> GnuPgAsync(JudgedFile file, CancellationToken cancellationToken)
    {
        var gpg = GnuPg.Create(file.Directory.File("gpg"));
        await gpg.ImportAsync(file.OpenPgpKey, cancellationToken);
        return gpg;
    }

    private static Verdict Say(string program, bool accepts, ProgramResult result) => new(program, accepts, result.All.Trim());
}
