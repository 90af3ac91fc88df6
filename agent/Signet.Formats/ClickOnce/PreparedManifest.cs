using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Signet.Formats.ClickOnce;

/// <summary>A manifest that was read and awaits its signature.</summary>
internal sealed class PreparedManifest(ManifestText text, ManifestLayout layout, SigningChoices choices) : IPreparedSignature
{
    private const string LicenseNamespaces =
        "xmlns:r=\"urn:mpeg:mpeg21:2003:01-REL-R-NS\" xmlns:as=\"http://schemas.microsoft.com/windows/pki/2005/Authenticode\"";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Edit>> SignAsync(
        ISigner signer, ITimestamper? timestamper, CancellationToken cancellationToken)
    {
        var certificate = signer.CertificateChain[0];
        using var key = signer.Scheme == SignatureScheme.RsaPkcs1 ? certificate.GetRSAPublicKey() : null;
        if (key is null)
        {
            throw new SignatureFormatException(
                FormatFailure.InvalidChoice, $"ClickOnce manifests are signed with RSA (PKCS#1 v1.5) alone, and not with {signer.Scheme}.");
        }

        var token = StrongName.Token(key);
        var publisher = Publisher(signer.CertificateChain);
        var digest = SignatureXml.Digest(Apply(Changes(token, publisher)));
        var license = await LicenseAsync(signer, key, token, digest, timestamper, cancellationToken).ConfigureAwait(false);
        var value = await signer.SignDigestAsync(
            SignatureXml.SignedInfoHash(digest), HashAlgorithmName.SHA256, cancellationToken).ConfigureAwait(false);
        var keyInfo = $"<KeyInfo Id=\"StrongNameKeyInfo\">{SignatureXml.KeyValue(key)}"
            + $"<msrel:RelData xmlns:msrel=\"http://schemas.microsoft.com/windows/rel/2005/reldata\">{license}</msrel:RelData></KeyInfo>";
        var signature = SignatureXml.Signature("StrongNameSignature", digest, value, keyInfo);
        return [.. Changes(token, publisher + signature).Select(change => new Edit(
            text.OffsetOf(change.Start),
            text.OffsetOf(change.End) - text.OffsetOf(change.Start),
            text.Encoding.GetBytes(change.Inserted)))];
    }

    // The inner signature: who publishes, over the hash of the manifest.
    private async Task<string> LicenseAsync(
        ISigner signer, RSA key, string token, byte[] digest, ITimestamper? timestamper, CancellationToken cancellationToken)
    {
        var head = LicenseHead(signer.CertificateChain[0], token, digest);
        var licenseDigest = SignatureXml.Digest(head + "</r:issuer></r:license>");
        var value = await signer.SignDigestAsync(
            SignatureXml.SignedInfoHash(licenseDigest), HashAlgorithmName.SHA256, cancellationToken).ConfigureAwait(false);
        var stamp = timestamper is null
            ? null
            : await timestamper.TimestampAsync(value, HashAlgorithmName.SHA256, cancellationToken).ConfigureAwait(false);
        var keyInfo = $"<KeyInfo>{SignatureXml.KeyValue(key)}{SignatureXml.Certificates(signer.CertificateChain)}</KeyInfo>";
        var more = stamp is null
            ? string.Empty
            : $"<Object><as:Timestamp>{Convert.ToBase64String(stamp.AsSignedCms().Encode())}</as:Timestamp></Object>";
        return head + SignatureXml.Signature("AuthenticodeSignature", licenseDigest, value, keyInfo, more) + "</r:issuer></r:license>";
    }

    private string LicenseHead(X509Certificate2 certificate, string token, byte[] digest)
    {
        // The hash stands there with its bytes in reverse order.
        var reversed = (byte[])digest.Clone();
        reversed.AsSpan().Reverse();
        var identity = layout.HasToken ? layout.Identity : [("publicKeyToken", token), .. layout.Identity];
        var attributes = string.Concat(identity.Where(attribute => !attribute.Name.Contains(':', StringComparison.Ordinal)).Select(attribute =>
            $" {attribute.Name}=\"{SignatureXml.Escape(attribute.Name == "publicKeyToken" ? token : attribute.Value)}\""));
        return $"<r:license {LicenseNamespaces}><r:grant>"
            + $"<as:ManifestInformation Hash=\"{Convert.ToHexStringLower(reversed)}\" Description=\"{SignatureXml.Escape(choices.Description ?? string.Empty)}\""
            + $" Url=\"{SignatureXml.Escape(choices.DescriptionUrl?.AbsoluteUri ?? string.Empty)}\"><as:assemblyIdentity{attributes}></as:assemblyIdentity></as:ManifestInformation>"
            + "<as:SignedBy></as:SignedBy><as:AuthenticodePublisher>"
            + $"<as:X509SubjectName>{SignatureXml.Escape(certificate.SubjectName.Name)}</as:X509SubjectName></as:AuthenticodePublisher></r:grant><r:issuer>";
    }

    private static string Publisher(IReadOnlyList<X509Certificate2> chain)
    {
        var certificate = chain[0];
        var isOwn = certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);
        var issuer = isOwn
            ? certificate
            : chain.Skip(1).FirstOrDefault(candidate => candidate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData));
        return issuer is null
            ? throw new SignatureFormatException(
                FormatFailure.InvalidChoice, "A ClickOnce manifest names the key of the certificate's issuer, and the chain of this key does not hold it.")
            : $"<publisherIdentity name=\"{SignatureXml.Escape(certificate.SubjectName.Name)}\" issuerKeyHash=\"{StrongName.KeyHash(issuer)}\""
                + $" xmlns=\"{ManifestLayout.SecondNamespace}\" />";
    }

    // In the order of their places.
    private List<(int Start, int End, string Inserted)> Changes(string token, string atEnd)
    {
        var changes = new List<(int Start, int End, string Inserted)>
        {
            (layout.Token.Start.Value, layout.Token.End.Value, layout.HasToken ? token : $" publicKeyToken=\"{token}\""),
            (layout.RootEnd, layout.RootEnd, atEnd),
        };
        changes.AddRange(new[] { layout.Publisher, layout.Signature }.OfType<Range>()
            .Select(range => (range.Start.Value, range.End.Value, string.Empty)));
        changes.Sort((one, other) => (one.Start, one.End).CompareTo((other.Start, other.End)));
        return changes;
    }

    private string Apply(List<(int Start, int End, string Inserted)> changes)
    {
        var result = new System.Text.StringBuilder();
        var place = 0;
        foreach (var (start, end, inserted) in changes)
        {
            result.Append(text.Text, place, start - place).Append(inserted);
            place = end;
        }

        return result.Append(text.Text, place, text.Text.Length - place).ToString();
    }
}
