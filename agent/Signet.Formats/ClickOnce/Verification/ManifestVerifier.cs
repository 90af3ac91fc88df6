using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using System.Xml;
using Signet.Formats.Authenticode.Verification;
using Signet.Formats.Opc;

namespace Signet.Formats.ClickOnce.Verification;

/// <summary>
/// Verifies the signature of a manifest: the strong name over the manifest, and the licence in it, which says who publishes. It
/// works on the document as .NET reads it, where what signs works on text.
/// </summary>
internal static class ManifestVerifier
{
    private const string CodeSigningUsage = "1.3.6.1.5.5.7.3.3";
    private const string TimestampingUsage = "1.3.6.1.5.5.7.3.8";
    private const string Assembly = "urn:schemas-microsoft-com:asm.v1";
    private const string License = "urn:mpeg:mpeg21:2003:01-REL-R-NS";
    private const string Authenticode = "http://schemas.microsoft.com/windows/pki/2005/Authenticode";

    /// <summary>Says who signed the manifest and whether the signature holds.</summary>
    /// <param name="content">The file from its first byte.</param>
    /// <param name="trust">Which roots are trusted.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="SignatureFormatException">It is no XML, or its signature has another form.</exception>
    public static async Task<VerificationReport> VerifyAsync(
        Stream content, TrustAnchors trust, CancellationToken cancellationToken)
    {
        content.Position = 0;
        var document = Load(await ClickOnceFormat.ReadAsync(content, cancellationToken).ConfigureAwait(false));
        var root = document.DocumentElement!;
        if (root.LocalName != "assembly" || root.NamespaceURI != Assembly)
        {
            throw ClickOnceFormat.Malformed("its root is no assembly of urn:schemas-microsoft-com:asm.v1");
        }

        return new VerificationReport("clickonce", Take(root, "Signature", "http://www.w3.org/2000/09/xmldsig#") is { } signature
            ? [Verify(document, new XmlSignature(signature), trust)]
            : []);
    }

    private static SignatureReport Verify(XmlDocument manifest, XmlSignature strongName, TrustAnchors trust)
    {
        var problems = strongName.Problems(manifest, "the strong name").ToList();
        var root = manifest.DocumentElement!;
        var identity = Only(root, "assemblyIdentity", Assembly);
        var relData = Only(strongName.KeyInfo, "RelData", "http://schemas.microsoft.com/windows/rel/2005/reldata");
        var licenseDocument = XmlSignature.Apart(Only(relData, "license", License));
        var license = licenseDocument.DocumentElement!;
        var signatureElement = Take(Only(license, "issuer", License), "Signature", "http://www.w3.org/2000/09/xmldsig#")
            ?? throw ClickOnceFormat.Malformed("its licence is not signed");
        var inner = new XmlSignature(signatureElement);
        problems.AddRange(inner.Problems(licenseDocument, "the licence"));

        var information = Only(Only(license, "grant", License), "ManifestInformation", Authenticode);
        var stated = information.GetAttribute("Hash");
        if (stated != Convert.ToHexStringLower([.. strongName.Digest.Reverse()]))
        {
            problems.Add("Its licence is one for another manifest: the hash in it is another one.");
        }

        if (!inner.Key.Modulus.AsSpan().SequenceEqual(strongName.Key.Modulus)
            || !inner.Key.Exponent.AsSpan().SequenceEqual(strongName.Key.Exponent))
        {
            problems.Add("Strong name and licence are signed with different keys.");
        }

        CheckToken(strongName, identity, problems);
        var signer = FindSigner(inner);
        CheckPublisher(root, license, signer, problems);
        var timestamp = ReadTimestamp(signatureElement, inner, trust, problems);
        CheckCertificate(signer, inner, trust, timestamp?.Time ?? trust.Now, problems);
        return new SignatureReport(
            signer,
            [.. inner.Certificates.Where(certificate => !certificate.Equals(signer))],
            "SHA-256",
            strongName.Digest,
            NullIfEmpty(information.GetAttribute("Description")),
            NullIfEmpty(information.GetAttribute("Url")),
            timestamp?.Time,
            timestamp?.Authority,
            problems);
    }

    private static void CheckToken(XmlSignature strongName, XmlElement identity, List<string> problems)
    {
        try
        {
            using var key = RSA.Create(strongName.Key);
            if (!string.Equals(identity.GetAttribute("publicKeyToken"), StrongName.Token(key), StringComparison.OrdinalIgnoreCase))
            {
                problems.Add("Its publicKeyToken is not that of its key.");
            }
        }
        catch (CryptographicException)
        {
            problems.Add("Its key cannot be read.");
        }
    }

    private static void CheckPublisher(XmlElement root, XmlElement license, X509Certificate2? signer, List<string> problems)
    {
        var publisher = Only(root, "publisherIdentity", "urn:schemas-microsoft-com:asm.v2").GetAttribute("name");
        var subject = Only(Only(Only(license, "grant", License), "AuthenticodePublisher", Authenticode), "X509SubjectName", Authenticode).InnerText;
        if (signer is null || publisher != signer.SubjectName.Name || subject != publisher)
        {
            problems.Add("The publisher that it names is not the subject of its certificate.");
        }
    }

    private static void CheckCertificate(
        X509Certificate2? signer, XmlSignature inner, TrustAnchors trust, DateTimeOffset time, List<string> problems)
    {
        if (signer is null)
        {
            problems.Add("It does not carry the certificate of its signer.");
            return;
        }

        try
        {
            var usages = signer.Extensions.OfType<X509EnhancedKeyUsageExtension>().FirstOrDefault();
            if (usages is not null && usages.EnhancedKeyUsages[CodeSigningUsage] is null)
            {
                problems.Add("Its certificate is not one for code signing.");
            }
        }
        catch (CryptographicException)
        {
            problems.Add("The certificate of its signer cannot be read.");
        }

        if (!trust.SkipChains && Chains.Problem(signer, inner.Certificates, trust.SigningRoots, CodeSigningUsage, time) is { } problem)
        {
            problems.Add($"Its certificate is not trusted: {problem}.");
        }
    }

    private static (DateTimeOffset Time, X509Certificate2 Authority)? ReadTimestamp(
        XmlElement signature, XmlSignature inner, TrustAnchors trust, List<string> problems)
    {
        var stamps = XmlSignature.Children(signature).Where(child => child.LocalName == "Object")
            .SelectMany(XmlSignature.Children).Where(child => child.LocalName == "Timestamp" && child.NamespaceURI == Authenticode).ToList();
        if (stamps.Count == 0)
        {
            return null;
        }

        try
        {
            var encoded = XmlSignature.Bytes(stamps[0]);
            if (stamps.Count > 1
                || !Rfc3161TimestampToken.TryDecode(encoded, out var token, out var length) || length != encoded.Length
                || !token.VerifySignatureForData(inner.Value, out var authority))
            {
                problems.Add("Its timestamp does not hold for this signature.");
                return null;
            }

            if (!trust.SkipChains && Chains.Problem(
                authority, token.AsSignedCms().Certificates, trust.TimestampRoots, TimestampingUsage, token.TokenInfo.Timestamp) is { } problem)
            {
                problems.Add($"Its timestamp's certificate is not trusted: {problem}.");
                return null;
            }

            return (token.TokenInfo.Timestamp, authority);
        }
        catch (CryptographicException)
        {
            problems.Add("Its timestamp cannot be read.");
            return null;
        }
    }

    private static X509Certificate2? FindSigner(XmlSignature inner)
    {
        foreach (var certificate in inner.Certificates)
        {
            try
            {
                using var key = certificate.GetRSAPublicKey();
                if (key?.ExportParameters(false).Modulus.AsSpan().SequenceEqual(inner.Key.Modulus) == true)
                {
                    return certificate;
                }
            }
            catch (CryptographicException)
            {
                // Not the one, whatever it is.
            }
        }

        return null;
    }

    private static XmlDocument Load(byte[] bytes)
    {
        try
        {
            return SafeXml.Load(
                () => XmlReader.Create(new MemoryStream(bytes), ManifestLayout.Settings),
                excess => ClickOnceFormat.Malformed("it " + excess));
        }
        catch (XmlException exception)
        {
            throw ClickOnceFormat.Malformed($"its XML is broken at line {exception.LineNumber}", exception);
        }
    }

    // Takes the one child of this name out of its parent.
    private static XmlElement? Take(XmlElement parent, string name, string space)
    {
        var found = XmlSignature.Children(parent).Where(child => child.LocalName == name && child.NamespaceURI == space).ToList();
        if (found.Count > 1)
        {
            throw ClickOnceFormat.Malformed($"{parent.LocalName} has more than one {name}");
        }

        return found.Count == 0 ? null : (XmlElement)parent.RemoveChild(found[0])!;
    }

    private static XmlElement Only(XmlElement parent, string name, string space) =>
        XmlSignature.Children(parent).Where(child => child.LocalName == name && child.NamespaceURI == space).ToList() is [var only]
            ? only
            : throw ClickOnceFormat.Malformed($"{parent.LocalName} does not have exactly one {name}");

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;
}
