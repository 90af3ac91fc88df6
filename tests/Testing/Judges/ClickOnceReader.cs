using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Signet.Testing.Tools;

namespace Signet.Testing.Judges;

/// <summary>
/// Judges a signed ClickOnce manifest with programs that this project did not write: xmllint brings its parts into canonical form, openssl
/// verifies the signatures over them. The parts are cut out of the text; nothing of the agent is used.
/// </summary>
/// <remarks>xmlsec1 is no judge here: it does not know the names that ClickOnce has for SHA-256.</remarks>
public static partial class ClickOnceReader
{
    /// <summary>Whether both signatures of a manifest hold and the signer's certificate is trusted, and why not.</summary>
    /// <param name="manifest">The signed manifest.</param>
    /// <param name="signingRoots">PEM file of the roots that are trusted.</param>
    /// <param name="cancellationToken">Ends the programs.</param>
    public static async Task<(bool Holds, string Why)> JudgeAsync(
        byte[] manifest, string signingRoots, CancellationToken cancellationToken)
    {
        using var directory = new TemporaryDirectory();
        var text = manifest is [0xff, 0xfe, ..]
            ? Encoding.Unicode.GetString(manifest, 2, manifest.Length - 2).Replace("encoding=\"utf-16\"", "encoding=\"utf-8\"", StringComparison.Ordinal)
            : Encoding.UTF8.GetString(manifest).TrimStart('\ufeff');
        var outer = StrongName().Match(text);
        var inner = Licence().Match(text);
        var licence = LicenceElement().Match(text);
        if (!outer.Success || !inner.Success || !licence.Success)
        {
            return (false, "no signature");
        }

        var hash = Convert.FromHexString(ManifestHash().Match(licence.Value).Groups[1].Value);
        Array.Reverse(hash);
        var digest = Digest().Match(outer.Value).Groups[1].Value;
        var (first, why) = await CheckAsync(directory, text.Remove(outer.Index, outer.Length), outer.Value, null, cancellationToken);
        if (!first)
        {
            return (false, "strong name: " + why);
        }

        if (Convert.ToBase64String(hash) != digest)
        {
            return (false, "the licence has another hash");
        }

        var certificate = Certificate().Match(inner.Value).Groups[1].Value;
        (var second, why) = await CheckAsync(
            directory, licence.Value.Replace(inner.Value, string.Empty, StringComparison.Ordinal), inner.Value,
            (certificate, signingRoots), cancellationToken);
        return (second, "licence: " + why);
    }

    private static async Task<(bool Holds, string Why)> CheckAsync(
        TemporaryDirectory directory, string around, string signature, (string Certificate, string Roots)? trusted,
        CancellationToken cancellationToken)
    {
        var canonical = await CanonicalAsync(directory, around, cancellationToken);
        if (Convert.ToBase64String(SHA256.HashData(canonical)) != Digest().Match(signature).Groups[1].Value)
        {
            return (false, "digest");
        }

        var signedInfo = SignedInfo().Match(signature).Value.Replace(
            "<SignedInfo>", "<SignedInfo xmlns=\"http://www.w3.org/2000/09/xmldsig#\">", StringComparison.Ordinal);
        var key = directory.File(Guid.NewGuid().ToString("N") + ".pem");
        await File.WriteAllTextAsync(key, PublicKey(signature), cancellationToken);
        var signed = await WriteAsync(directory, await CanonicalAsync(directory, signedInfo, cancellationToken), ".xml", cancellationToken);
        var value = await WriteAsync(directory, Convert.FromBase64String(Value().Match(signature).Groups[1].Value), ".sig", cancellationToken);
        var judged = await ExternalProgram.RunAsync(
            "openssl", ["dgst", "-sha256", "-verify", key, "-signature", value, signed], cancellationToken);
        if (judged.ExitCode != 0 || trusted is not { } expected)
        {
            return (judged.ExitCode == 0, judged.All);
        }

        var file = await WriteAsync(directory, Convert.FromBase64String(expected.Certificate), ".der", cancellationToken);
        var chain = await ExternalProgram.RunAsync("openssl", ["verify", "-CAfile", expected.Roots, file], cancellationToken);
        return (chain.ExitCode == 0, chain.All);
    }

    private static async Task<byte[]> CanonicalAsync(TemporaryDirectory directory, string xml, CancellationToken cancellationToken)
    {
        // Without comments, which xmllint keeps.
        var file = await WriteAsync(directory, Encoding.UTF8.GetBytes(Comments().Replace(xml, string.Empty)), ".xml", cancellationToken);
        var result = await ExternalProgram.RunSuccessfullyAsync("xmllint", ["--nonet", "--exc-c14n", file], cancellationToken);
        return Encoding.UTF8.GetBytes(result.Output);
    }

    private static async Task<string> WriteAsync(
        TemporaryDirectory directory, byte[] content, string extension, CancellationToken cancellationToken)
    {
        var file = directory.File(Guid.NewGuid().ToString("N") + extension);
        await File.WriteAllBytesAsync(file, content, cancellationToken);
        return file;
    }

    private static string PublicKey(string signature)
    {
        using var rsa = RSA.Create(new RSAParameters
        {
            Modulus = Convert.FromBase64String(Modulus().Match(signature).Groups[1].Value),
            Exponent = Convert.FromBase64String(Exponent().Match(signature).Groups[1].Value),
        });
        return rsa.ExportSubjectPublicKeyInfoPem();
    }

    [GeneratedRegex("<Signature Id=\"StrongNameSignature\".*</Signature>", RegexOptions.Singleline)]
    private static partial Regex StrongName();

    [GeneratedRegex("<Signature Id=\"AuthenticodeSignature\".*?</Signature>", RegexOptions.Singleline)]
    private static partial Regex Licence();

    [GeneratedRegex("<r:license .*</r:license>", RegexOptions.Singleline)]
    private static partial Regex LicenceElement();

    [GeneratedRegex("<SignedInfo>.*?</SignedInfo>", RegexOptions.Singleline)]
    private static partial Regex SignedInfo();

    [GeneratedRegex("<DigestValue>(.*?)</DigestValue>")]
    private static partial Regex Digest();

    [GeneratedRegex("<SignatureValue>(.*?)</SignatureValue>")]
    private static partial Regex Value();

    [GeneratedRegex("<Modulus>(.*?)</Modulus>")]
    private static partial Regex Modulus();

    [GeneratedRegex("<Exponent>(.*?)</Exponent>")]
    private static partial Regex Exponent();

    [GeneratedRegex("<X509Certificate>(.*?)</X509Certificate>")]
    private static partial Regex Certificate();

    [GeneratedRegex("ManifestInformation Hash=\"([0-9a-f]{64})\"")]
    private static partial Regex ManifestHash();

    [GeneratedRegex("<!--.*?-->", RegexOptions.Singleline)]
    private static partial Regex Comments();
}
