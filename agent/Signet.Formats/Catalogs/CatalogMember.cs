using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Text;
using Signet.Formats.Authenticode;

namespace Signet.Formats.Catalogs;

/// <summary>A file in a catalog.</summary>
/// <param name="Kind">How its digest was made.</param>
/// <param name="Digest">SHA-256.</param>
/// <param name="Names">Its names in the release; several where files are the same.</param>
internal sealed record CatalogMember(CatalogMemberKind Kind, byte[] Digest, IReadOnlyList<string> Names)
{
    // CAT_MEMBERINFO2 and CAT_NAMEVALUE.
    private const string MemberInfo2 = "1.3.6.1.4.1.311.12.2.3";
    private const string NameValue = "1.3.6.1.4.1.311.12.2.1";

    // CRYPTCAT_ATTR_AUTHENTICATED | CRYPTCAT_ATTR_NAMEASCII | CRYPTCAT_ATTR_DATAASCII.
    private const int PlainText = 0x10010001;

    /// <summary>Writes its entry: the digest as its tag, and its attributes.</summary>
    public void Write(AsnWriter writer)
    {
        using (writer.PushSequence())
        {
            writer.WriteOctetString(Digest);
            using (writer.PushSetOf())
            {
                WriteAttribute(writer, MemberInfo2, value => value.WriteNull(Tags.Primitive((int)Kind)));
                foreach (var name in Names)
                {
                    // makecat's definitions call the name File; Windows' New-FileCatalog calls the path FilePath.
                    WriteName(writer, "File", name.Split('/')[^1]);
                    WriteName(writer, "FilePath", name.Replace('/', '\\'));
                }

                WriteAttribute(writer, ObjectIdentifiers.SpcIndirectData, value => value.WriteEncodedValue(
                    Kind == CatalogMemberKind.Image
                        ? IndirectData.ForCatalogedImage(Digest, HashAlgorithmName.SHA256)
                        : IndirectData.ForCatalogedFile(Digest, HashAlgorithmName.SHA256)));
            }
        }
    }

    private static void WriteName(AsnWriter writer, string tag, string name) => WriteAttribute(writer, NameValue, value =>
    {
        using (value.PushSequence())
        {
            value.WriteCharacterString(UniversalTagNumber.BMPString, tag);
            value.WriteInteger(PlainText);
            value.WriteOctetString(Encoding.Unicode.GetBytes(name + "\0"));
        }
    });

    private static void WriteAttribute(AsnWriter writer, string type, Action<AsnWriter> writeValue)
    {
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(type);
            using (writer.PushSetOf())
            {
                writeValue(writer);
            }
        }
    }
}
