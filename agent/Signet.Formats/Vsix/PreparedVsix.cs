using System.Security.Cryptography;
using Signet.Formats.Opc;
using Signet.Formats.Zip;

namespace Signet.Formats.Vsix;

/// <summary>A VSIX package that was read and awaits its signature.</summary>
internal sealed class PreparedVsix(
    VsixPackage package, IReadOnlyList<SignedReference> references, SigningChoices choices, TimeProvider time) : IPreparedSignature
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<Edit>> SignAsync(
        ISigner signer, ITimestamper? timestamper, CancellationToken cancellationToken)
    {
        if (signer.Scheme is not (SignatureScheme.RsaPkcs1 or SignatureScheme.Ecdsa))
        {
            throw new SignatureFormatException(
                FormatFailure.InvalidChoice, $"Signatures of VSIX packages are RSA (PKCS#1 v1.5) or ECDSA, and not {signer.Scheme}.");
        }

        var hash = choices.HashAlgorithm;
        var packageObject = SignatureXml.Object(references, hash, time.GetUtcNow());
        var signedInfo = SignatureXml.SignedInfo(packageObject, hash, signer.Scheme);

        // ECDSA: r || s, as XML Signature has it (section 6.4.3).
        var signature = await signer.SignDigestAsync(
            SignatureXml.Hash(signedInfo, hash), hash, cancellationToken).ConfigureAwait(false);
        var timestamp = timestamper is null
            ? null
            : await timestamper.TimestampAsync(signature, hash, cancellationToken).ConfigureAwait(false);
        var document = SignatureXml.Document(
            signedInfo, signature, signer.CertificateChain, packageObject, timestamp?.AsSignedCms().Encode());
        return ToEdits(document, Convert.ToHexStringLower(SHA256.HashData(signature)[..16]));
    }

    private IReadOnlyList<Edit> ToEdits(byte[] document, string name)
    {
        var editor = new ZipEditor(package.Archive);
        var origin = package.Origin ?? SignatureNames.Origin;
        var originRelationships = package.OriginRelationships;
        if (choices.ExistingSignature != ExistingSignatureRule.Append)
        {
            originRelationships = RelationshipsPart.Empty;
            foreach (var entry in package.Archive.Entries.Where(entry => IsReplaced(PartNames.FromEntryName(entry.Name), origin)))
            {
                editor.Remove(entry);
            }
        }

        var signaturePart = $"{SignatureNames.Folder}xml-signature/{name}.psdsxs";
        var types = package.ContentTypes;
        types.AddDefault("rels", RelationshipsPart.ContentType);
        types.AddDefault("psdor", SignatureNames.OriginType);
        types.AddDefault("psdsxs", SignatureNames.SignatureType);
        if (types.IsChanged)
        {
            editor.Replace(package.Archive.Find(ContentTypesPart.EntryName)!, PackedContent.Pack(types.Write(), compress: true));
        }

        if (package.Origin is null)
        {
            Put(editor, "/_rels/.rels", package.Relationships.With(SignatureNames.OriginRelationship, origin));
            Put(editor, origin, []);
        }

        Put(editor, PartNames.RelationshipsOf(origin), originRelationships.With(SignatureNames.SignatureRelationship, signaturePart));
        Put(editor, signaturePart, document);
        return editor.ToEdits();
    }

    // The origin and its relationships keep their places; what they led to goes.
    private bool IsReplaced(string partName, string origin) =>
        package.IsOfSignatures(partName)
        && !string.Equals(partName, origin, StringComparison.OrdinalIgnoreCase)
        && !string.Equals(partName, PartNames.RelationshipsOf(origin), StringComparison.OrdinalIgnoreCase);

    private void Put(ZipEditor editor, string partName, byte[] content)
    {
        var packed = PackedContent.Pack(content, compress: content.Length > 0);
        if (package.Find(partName) is { } entry)
        {
            editor.Replace(entry, packed);
        }
        else
        {
            editor.AddLast(partName[1..], packed);
        }
    }
}
