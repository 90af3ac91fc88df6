using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Xml;
using Signet.Formats.Authenticode.Verification;

namespace Signet.Formats.Vsix.Verification;

/// <summary>One signature of a package.</summary>
internal sealed class VsixSignature(SignedPackage package, string part, TrustAnchors trust)
{
    private const string CodeSigningUsage = "1.3.6.1.5.5.7.3.3";

    private readonly List<string> _problems = [];
    private readonly X509Certificate2Collection _certificates = [];

    /// <summary>Checks it.</summary>
    /// <param name="ofSignatures">Parts that belong to signatures.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public SignatureReport Verify(IReadOnlySet<string> ofSignatures, CancellationToken cancellationToken)
    {
        var signature = package.ReadXml(part)?.DocumentElement;
        if (signature is not { LocalName: "Signature", NamespaceURI: SignatureNames.XmlSignature }
            || signature["SignedInfo"] is not { } signedInfo)
        {
            _problems.Add("It is no XML signature.");
            return Report(null, null, null, null);
        }

        if (package.TypeOf(part) != SignatureNames.SignatureType)
        {
            _problems.Add("Its part has not the content type of a signature.");
        }

        ReadCertificates(signature);
        var value = FromBase64(signature["SignatureValue"]?.InnerText);
        var signer = FindSigner(signedInfo, value);
        var digest = CheckObject(signature, signedInfo, ofSignatures, cancellationToken);
        var timestamp = ReadTimestamp(signature, value);
        if (signer is not null)
        {
            CheckCertificate(signer, timestamp?.Time ?? trust.Now);
        }

        return Report(signer, signedInfo, digest, timestamp);
    }

    private SignatureReport Report(X509Certificate2? signer, XmlElement? signedInfo, byte[]? digest, EmbeddedTimestamp? timestamp)
    {
        var name = signedInfo?["Reference"]?["DigestMethod"]?.GetAttribute("Algorithm");
        var algorithm = ManifestCheck.FindHash(name)?.Name;
        return new SignatureReport(
            signer,
            [.. _certificates.Where(certificate => !certificate.Equals(signer))],
            algorithm is null ? "unknown" : "SHA-" + algorithm[3..],
            digest,
            null,
            null,
            timestamp?.Time,
            timestamp?.Authority,
            _problems);
    }

    private void ReadCertificates(XmlElement signature)
    {
        var embedded = signature.GetElementsByTagName("X509Certificate", SignatureNames.XmlSignature)
            .OfType<XmlElement>().Select(element => FromBase64(element.InnerText));
        foreach (var encoded in embedded.Concat(package.Related(part, SignatureNames.CertificateRelationship).Select(ReadSmall)))
        {
            try
            {
                _certificates.Add(X509CertificateLoader.LoadCertificate(encoded));
            }
            catch (CryptographicException)
            {
                _problems.Add("It carries a certificate that cannot be read.");
            }
        }
    }

    private byte[] ReadSmall(string name)
    {
        using var content = package.Open(name);
        var bytes = new byte[64 << 10];
        return content is null ? [] : bytes[..content.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)];
    }

    private X509Certificate2? FindSigner(XmlElement signedInfo, byte[] value)
    {
        var canonicalization = signedInfo["CanonicalizationMethod"]?.GetAttribute("Algorithm") ?? string.Empty;
        var method = signedInfo["SignatureMethod"]?.GetAttribute("Algorithm") ?? string.Empty;
        if (!CanonicalXml.Knows(canonicalization))
        {
            _problems.Add("It is made canonical in a way that is not accepted.");
            return null;
        }

        var signed = CanonicalXml.Of(signedInfo, canonicalization);
        foreach (var certificate in _certificates)
        {
            if (Holds(certificate, method, signed, value))
            {
                return certificate;
            }
        }

        _problems.Add("Its signature is not valid for what it signs.");
        return null;
    }

    private static bool Holds(X509Certificate2 certificate, string method, byte[] signed, byte[] value)
    {
        const string More = "http://www.w3.org/2001/04/xmldsig-more#";
        HashAlgorithmName? hash = method.Split('-')[^1] switch
        {
            "sha256" => HashAlgorithmName.SHA256,
            "sha384" => HashAlgorithmName.SHA384,
            "sha512" => HashAlgorithmName.SHA512,
            _ => null,
        };
        if (hash is not { } algorithm)
        {
            return false;
        }

        try
        {
            using var rsa = certificate.GetRSAPublicKey();
            using var ecdsa = certificate.GetECDsaPublicKey();
            return (method.StartsWith(More + "rsa-", StringComparison.Ordinal)
                    && rsa?.VerifyData(signed, value, algorithm, RSASignaturePadding.Pkcs1) == true)
                || (method.StartsWith(More + "ecdsa-", StringComparison.Ordinal) && ecdsa?.VerifyData(signed, value, algorithm) == true);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private byte[]? CheckObject(
        XmlElement signature, XmlElement signedInfo, IReadOnlySet<string> ofSignatures, CancellationToken cancellationToken)
    {
        // Exactly one reference, to exactly one Object right below the signature: nothing else may pose as it.
        var references = signedInfo.ChildNodes.OfType<XmlElement>().Where(element => element.LocalName == "Reference").ToList();
        var objects = signature.SelectNodes("//@Id")!.OfType<XmlAttribute>()
            .Where(attribute => "#" + attribute.Value == references.FirstOrDefault()?.GetAttribute("URI")).ToList();
        if (references.Count != 1 || objects.Count != 1 || objects[0].OwnerElement is not { LocalName: "Object" } signed
            || signed.ParentNode != signature)
        {
            _problems.Add("It does not sign exactly one object.");
            return null;
        }

        var transforms = references[0]["Transforms"]?.ChildNodes.OfType<XmlElement>().Select(transform => transform.GetAttribute("Algorithm")).ToList()
            ?? [SignatureNames.CanonicalXml];
        var hash = ManifestCheck.FindHash(references[0]["DigestMethod"]?.GetAttribute("Algorithm"));
        if (transforms is not [var algorithm] || !CanonicalXml.Knows(algorithm) || hash is not { } name)
        {
            _problems.Add("Its object is digested in a way that is not accepted.");
            return null;
        }

        var digest = CryptographicOperations.HashData(name, CanonicalXml.Of(signed, algorithm));
        if (!digest.AsSpan().SequenceEqual(FromBase64(references[0]["DigestValue"]?.InnerText)))
        {
            _problems.Add("The list of what it signs was changed: its digest is another one.");
        }

        if (signed["Manifest"] is { } manifest)
        {
            new ManifestCheck(package, _problems).Run(manifest, ofSignatures, cancellationToken);
        }
        else
        {
            _problems.Add("It has no list of what it signs.");
        }

        return digest;
    }

    private EmbeddedTimestamp? ReadTimestamp(XmlElement signature, byte[] value)
    {
        var tokens = signature.GetElementsByTagName("EncodedTime", SignatureNames.PackageSignature).OfType<XmlElement>().ToList();
        if (tokens.Count > 1)
        {
            _problems.Add("It has more than one timestamp.");
        }

        try
        {
            return tokens.Count == 1 ? EmbeddedTimestamp.Check(FromBase64(tokens[0].InnerText), value, trust, _problems) : null;
        }
        catch (CryptographicException)
        {
            _problems.Add("Its timestamp cannot be read.");
            return null;
        }
    }

    private void CheckCertificate(X509Certificate2 certificate, DateTimeOffset time)
    {
        try
        {
            var usages = certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().FirstOrDefault();
            if (usages is not null && usages.EnhancedKeyUsages[CodeSigningUsage] is null)
            {
                _problems.Add("Its certificate is not one for code signing.");
            }

            if (!trust.SkipChains
                && Chains.Problem(certificate, _certificates, trust.SigningRoots, CodeSigningUsage, time) is { } problem)
            {
                _problems.Add($"Its certificate is not trusted: {problem}.");
            }
        }
        catch (CryptographicException)
        {
            _problems.Add("The certificate of its signer cannot be read.");
        }
    }

    private static byte[] FromBase64(string? text)
    {
        try
        {
            return Convert.FromBase64String(text ?? string.Empty);
        }
        catch (FormatException)
        {
            return [];
        }
    }
}
