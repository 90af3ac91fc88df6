using Signet.Testing.Tools;

namespace Signet.Testing.Judges;

/// <summary>apksigner of the Android SDK: the judge of APK signatures, and another signer.</summary>
public static class Apksigner
{
    /// <summary>Has it verify an APK for every Android version that it runs on.</summary>
    /// <param name="apk">The file.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    /// <param name="more">More options, for instance another range of versions.</param>
    public static Task<ProgramResult> VerifyAsync(
        string apk, CancellationToken cancellationToken, params IEnumerable<string> more) =>
        ExternalProgram.RunAsync("apksigner", ["verify", "--verbose", "--print-certs", "-Werr", .. more, apk], cancellationToken);

    /// <summary>Whether it accepts signatures of schemes v2 and v3, which it looks at for Android 7 and later.</summary>
    public static bool Accepts(ProgramResult result) =>
        AcceptsV3(result) && result.Output.Contains("(APK Signature Scheme v2): true", StringComparison.Ordinal);

    /// <summary>Whether it accepts a signature of scheme v3, the only one that it looks at for Android 9 and later.</summary>
    public static bool AcceptsV3(ProgramResult result) =>
        result.ExitCode == 0
        && result.Output.StartsWith("Verifies", StringComparison.Ordinal)
        && result.Output.Contains("(APK Signature Scheme v3): true", StringComparison.Ordinal)
        && result.Output.Contains("Number of signers: 1", StringComparison.Ordinal);

    /// <summary>Has it sign an APK in place.</summary>
    /// <param name="apk">The file.</param>
    /// <param name="certificate">PEM file with the signer's certificate.</param>
    /// <param name="key">DER file with the signer's key (PKCS#8).</param>
    /// <param name="cancellationToken">Ends the run.</param>
    /// <param name="more">More options.</param>
    public static Task SignAsync(
        string apk, string certificate, string key, CancellationToken cancellationToken, params IEnumerable<string> more) =>
        ExternalProgram.RunSuccessfullyAsync(
            "apksigner", ["sign", "--key", key, "--cert", certificate, .. more, apk], cancellationToken);
}
