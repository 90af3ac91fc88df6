using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Signet.Formats.Authenticode.Verification;

namespace Signet.Formats.Apk.Verification;

/// <summary>
/// Verifies the v2, v3 and v3.1 signatures of an APK, with readers of its own. Signatures of scheme v1 are left to Android versions
/// before 7.0.
/// </summary>
internal static class ApkVerifier
{
    private const uint V2 = 0x7109871a;
    private const uint V3 = 0xf05368c0;
    private const uint V31 = 0x1b93ad61;
    private const string CodeSigningUsage = "1.3.6.1.5.5.7.3.3";

    /// <summary>Says who signed the APK and whether each signature holds.</summary>
    /// <param name="content">The file from its first byte; it can seek.</param>
    /// <param name="trust">Which roots are trusted.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="SignatureFormatException">The file or its signing block breaks a rule.</exception>
    public static async Task<VerificationReport> VerifyAsync(
        Stream content, TrustAnchors trust, CancellationToken cancellationToken)
    {
        var apk = await ApkContainer.OpenAsync(content, cancellationToken).ConfigureAwait(false);
        var signatures = Read(apk);
        var digests = new Dictionary<HashAlgorithmName, byte[]>();
        foreach (var hash in signatures.SelectMany(signature => signature.Hashes).Distinct())
        {
            digests[hash] = await apk.DigestAsync(hash, cancellationToken).ConfigureAwait(false);
        }

        // One signer signs by several schemes: one report for it.
        return new VerificationReport(
            "apk",
            [.. signatures.GroupBy(signature => signature.Signer?.Thumbprint).Select(group => Report([.. group], signatures, digests, trust))]);
    }

    private static List<SchemeSignature> Read(ApkContainer apk)
    {
        try
        {
            var signatures = new List<SchemeSignature>();
            foreach (var (id, scheme) in new[] { (V2, 2), (V3, 3), (V31, SchemeSignature.V31) })
            {
                if (apk.Pairs.GetValueOrDefault(id) is { } value)
                {
                    var signers = new ElementReader(new ElementReader(value).Next());
                    while (!signers.IsEmpty)
                    {
                        signatures.Add(new SchemeSignature(signers.Next(), scheme));
                    }
                }
            }

            return signatures;
        }
        catch (Exception exception) when (exception is InvalidDataException or CryptographicException)
        {
            throw ApkContainer.Malformed("its signing block has signatures that cannot be read", exception);
        }
    }

    private static SignatureReport Report(
        IReadOnlyList<SchemeSignature> signatures, IReadOnlyList<SchemeSignature> all,
        Dictionary<HashAlgorithmName, byte[]> digests, TrustAnchors trust)
    {
        var problems = signatures.SelectMany(signature => signature.Check(digests)).ToList();
        if (signatures.Any(signature => signature.NeedsV3) && signatures.All(signature => signature.Scheme != 3))
        {
            problems.Add("Its v3 signature, which its v2 signature speaks of, is missing.");
        }

        problems.AddRange(signatures.Select(signature => RotationProblem(signature, all)).OfType<string>());
        var newest = signatures[^1];
        if (newest.Signer is { } signer && !trust.SkipChains)
        {
            CheckChain(signer, newest.Chain, trust, problems);
        }

        var (name, digest) = newest.Digest;
        return new SignatureReport(newest.Signer, newest.Chain, name, digest, null, null, null, null, problems)
        {
            // Which versions of Android see this signer, where others see another one.
            Notes = all.Any(signature => signature.Scheme == SchemeSignature.V31)
                ? [.. signatures.Select(signature => Served(signature, all)).OfType<string>()]
                : [],
        };
    }

    // "APK Signature Scheme v3.1": v3 says from which version on v3.1 is read, so that nobody takes it away.
    private static string? RotationProblem(SchemeSignature signature, IReadOnlyList<SchemeSignature> all)
    {
        var rotated = all.Where(other => other.Scheme == SchemeSignature.V31).ToList();
        if (signature.Scheme == SchemeSignature.V31)
        {
            return all.Any(other => other.Scheme == 3) ? null : "Its v3.1 signature stands without a v3 signature.";
        }

        return signature.NeedsV31From is not { } from ? null
            : rotated.Count == 0 ? $"Its v3.1 signature for API level {from} and later, which its v3 signature speaks of, is missing."
            : rotated.Min(other => other.MinSdk) is var begins && begins != from
                ? $"Its v3 signature speaks of a v3.1 signature from API level {from} on, and that begins at {begins}." : null;
    }

    private static string? Served(SchemeSignature signature, IReadOnlyList<SchemeSignature> all)
    {
        if (signature.Scheme == 2)
        {
            return null;
        }

        var from = all.Where(other => other.Scheme == SchemeSignature.V31).Min(other => other.MinSdk);
        var last = signature.Scheme == 3 && from > signature.MinSdk ? Math.Min(signature.MaxSdk, from - 1) : signature.MaxSdk;
        return last >= int.MaxValue
            ? $"Android sees this signer from API level {signature.MinSdk} on ({signature.Name})."
            : $"Android sees this signer from API level {signature.MinSdk} to {last} ({signature.Name}).";
    }

    private static void CheckChain(
        X509Certificate2 signer, IReadOnlyList<X509Certificate2> chain, TrustAnchors trust, List<string> problems)
    {
        try
        {
            if (Chains.Problem(
                signer, new X509Certificate2Collection(chain.ToArray()), trust.SigningRoots, CodeSigningUsage, trust.Now) is { } problem)
            {
                problems.Add($"Its certificate is not trusted: {problem}.");
            }
        }
        catch (CryptographicException)
        {
            problems.Add("The certificate of its signer cannot be read.");
        }
    }
}
