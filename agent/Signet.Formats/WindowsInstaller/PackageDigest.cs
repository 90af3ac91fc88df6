using System.Security.Cryptography;
using Signet.Formats.WindowsInstaller.Compound;

namespace Signet.Formats.WindowsInstaller;

/// <summary>
/// What Authenticode signs of an installer package: the content of every stream, storage by storage, each storage's members
/// in the order of the bytes of their names, and each storage's class id behind its members. The signature's two streams
/// are left out. MsiDigitalSignatureEx, where it is there, holds a digest over names, sizes, times and class ids, and that
/// digest comes in front of the content.
/// </summary>
internal static class PackageDigest
{
    /// <summary>Stream of the root that holds the PKCS#7 signature.</summary>
    public const string SignatureStream = "\u0005DigitalSignature";

    /// <summary>Stream of the root that holds the digest over the metadata.</summary>
    public const string MetadataStream = "\u0005MsiDigitalSignatureEx";

    /// <summary>The digest over the metadata.</summary>
    public static byte[] ComputeMetadata(CompoundDirectory directory, HashAlgorithmName algorithm)
    {
        using var hash = IncrementalHash.CreateHash(algorithm);
        AddMetadata(directory, directory.Root, hash);
        return hash.GetHashAndReset();
    }

    /// <summary>The digest that is signed.</summary>
    /// <param name="file">The package.</param>
    /// <param name="algorithm">The hash.</param>
    /// <param name="metadata">What MsiDigitalSignatureEx holds; empty where there is none.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task<byte[]> ComputeAsync(
        CompoundFile file, HashAlgorithmName algorithm, byte[] metadata, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(algorithm);
        hash.AppendData(metadata);
        await AddContentAsync(file, file.Directory.Root, hash, cancellationToken).ConfigureAwait(false);
        return hash.GetHashAndReset();
    }

    private static void AddMetadata(CompoundDirectory directory, DirectoryEntry entry, IncrementalHash hash)
    {
        const int StateBits = 96;
        const int Times = 100;
        const int Size = 120;
        if (entry.Type != EntryType.Root)
        {
            hash.AppendData(entry.NameBytes);
        }

        hash.AppendData(entry.Type == EntryType.Stream ? entry.Metadata.AsSpan(Size, 4) : entry.ClassId);
        hash.AppendData(entry.Metadata, StateBits, 4);
        if (entry.Type != EntryType.Root)
        {
            hash.AppendData(entry.Metadata, Times, 16);
        }

        if (entry.Type == EntryType.Stream)
        {
            return;
        }

        foreach (var member in HashedMembers(directory, entry))
        {
            AddMetadata(directory, member, hash);
        }
    }

    private static async Task AddContentAsync(
        CompoundFile file, DirectoryEntry storage, IncrementalHash hash, CancellationToken cancellationToken)
    {
        foreach (var member in HashedMembers(file.Directory, storage))
        {
            if (member.Type == EntryType.Stream)
            {
                await file.HashAsync(member, hash, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                await AddContentAsync(file, member, hash, cancellationToken).ConfigureAwait(false);
            }
        }

        hash.AppendData(storage.ClassId);
    }

    private static IEnumerable<DirectoryEntry> HashedMembers(CompoundDirectory directory, DirectoryEntry storage) =>
        directory.MembersOf(storage)
            .Where(member => storage.Type != EntryType.Root || member.Name is not (SignatureStream or MetadataStream))
            .Order(Comparer<DirectoryEntry>.Create((left, right) => left.NameBytes.AsSpan().SequenceCompareTo(right.NameBytes)));
}
