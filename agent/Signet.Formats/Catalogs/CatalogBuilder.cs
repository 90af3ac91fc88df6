using System.Formats.Asn1;
using System.Security.Cryptography;
using Signet.Formats.Authenticode;
using Signet.Formats.Cabinets;
using Signet.Formats.PortableExecutable;

namespace Signet.Formats.Catalogs;

/// <summary>
/// Makes a security catalog of version 2 (SHA-256) over many files, as makecat and New-FileCatalog of Windows do. The digest
/// of a file goes by its content: a program or cabinet may be signed by itself later without losing its place in the catalog.
/// </summary>
/// <remarks>Not safe for use by several threads at once.</remarks>
public sealed class CatalogBuilder
{
    // CATALOG_LIST and CATALOG_LIST_MEMBER2.
    private const string CatalogList = "1.3.6.1.4.1.311.12.1.1";
    private const string Version2 = "1.3.6.1.4.1.311.12.1.3";
    private const int HeadBytes = 512;

    private readonly SortedDictionary<string, CatalogMember> _members = new(StringComparer.Ordinal);
    private readonly HashSet<string> _names = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>How many files were added.</summary>
    public int Count => _names.Count;

    /// <summary>Adds a file. It is read once from its start to its end.</summary>
    /// <param name="name">Its path in the release, segments joined by '/'. Names that differ in case alone are the same.</param>
    /// <param name="content">The file from its first byte.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>What the catalog says of it.</returns>
    /// <exception cref="ArgumentException">The name is empty or there already.</exception>
    /// <exception cref="SignatureFormatException">It begins as a program or cabinet and is not well-formed.</exception>
    public async Task<CatalogDigest> AddAsync(string name, Stream content, CancellationToken cancellationToken)
    {
        var digest = await DigestAsync(content, cancellationToken).ConfigureAwait(false);
        Add(name, digest);
        return digest;
    }

    /// <summary>Adds a file whose digest was made before.</summary>
    /// <inheritdoc cref="AddAsync"/>
    /// <param name="name">Its path in the release.</param>
    /// <param name="digest">From <see cref="DigestAsync"/>.</param>
    public void Add(string name, CatalogDigest digest)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(digest);
        if (!_names.Add(name))
        {
            throw new ArgumentException($"The catalog has a file '{name}' already.", nameof(name));
        }

        // Files that are the same are one member with several names: the digest is what Windows looks for.
        var key = Convert.ToHexString(digest.Sha256.Span);
        _members[key] = _members.TryGetValue(key, out var there)
            ? there with { Names = [.. there.Names, name] }
            : new CatalogMember(digest.Kind, digest.Sha256.ToArray(), [name]);
    }

    /// <summary>What a catalog says of a file. It is read once from its start to its end.</summary>
    /// <param name="content">The file from its first byte.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="SignatureFormatException">It begins as a program or cabinet and is not well-formed.</exception>
    public static async Task<CatalogDigest> DigestAsync(Stream content, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(content);
        var head = new byte[HeadBytes];
        var read = await content.ReadAtLeastAsync(head, HeadBytes, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        using var whole = new PrefixedStream(head.AsMemory(0, read), content);
        if (new PortableExecutableFormat().MatchesContent(head.AsSpan(0, read)))
        {
            var image = await new ImageReader(whole, HashAlgorithmName.SHA256, withPageHashes: false).ReadAsync(cancellationToken).ConfigureAwait(false);
            return new CatalogDigest(CatalogMemberKind.Image, image.Digest);
        }

        if (new CabinetFormat().MatchesContent(head.AsSpan(0, read)))
        {
            var cabinet = await new CabinetReader(whole, HashAlgorithmName.SHA256, asIs: true).ReadAsync(cancellationToken)
                .ConfigureAwait(false);
            return new CatalogDigest(CatalogMemberKind.Cabinet, cabinet.Digest);
        }

        return new CatalogDigest(
            CatalogMemberKind.Flat, await SHA256.HashDataAsync(whole, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>The unsigned catalog, for <see cref="CatalogFormat"/> to sign.</summary>
    /// <param name="time">When it was made; whole seconds count, and the year lies between 1950 and 2049.</param>
    /// <returns>DER of a PKCS#7 SignedData without a signer.</returns>
    /// <exception cref="InvalidOperationException">It has no file.</exception>
    public byte[] Build(DateTimeOffset time)
    {
        if (_members.Count == 0)
        {
            throw new InvalidOperationException("A catalog needs at least one file.");
        }

        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(ObjectIdentifiers.SignedData);
            using (writer.PushSequence(Tags.Constructed(0)))
            using (writer.PushSequence())
            {
                writer.WriteInteger(1);
                WriteEmptySet(writer);
                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier(ObjectIdentifiers.CertificateTrustList);
                    using (writer.PushSequence(Tags.Constructed(0)))
                    {
                        WriteList(writer, time);
                    }
                }

                WriteEmptySet(writer);
            }
        }

        return writer.Encode();
    }

    private void WriteList(AsnWriter writer, DateTimeOffset time)
    {
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(CatalogList);
            }

            writer.WriteOctetString(Identifier());
            writer.WriteUtcTime(time);
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(Version2);
                writer.WriteNull();
            }

            using (writer.PushSequence())
            {
                foreach (var member in _members.Values)
                {
                    member.Write(writer);
                }
            }
        }
    }

    // Any 16 bytes; these say the same for the same files.
    private byte[] Identifier()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var member in _members.Values)
        {
            hash.AppendData(member.Digest);
        }

        return hash.GetHashAndReset()[..16];
    }

    private static void WriteEmptySet(AsnWriter writer)
    {
        using (writer.PushSetOf())
        {
            // Nothing: no digest algorithms, no signers.
        }
    }
}
