using System.Security.Cryptography;

namespace Signet.Formats.Jar;

/// <summary>The digests of one entry of a JAR.</summary>
/// <param name="Name">Name of the entry.</param>
/// <param name="Hash">The chosen hash.</param>
/// <param name="Digests">Digests by hash; where signatures are to stay, of every hash that is accepted.</param>
internal sealed record EntryDigest(string Name, HashAlgorithmName Hash, IReadOnlyDictionary<HashAlgorithmName, byte[]> Digests)
{
    /// <summary>The digest by the chosen hash as a manifest states it.</summary>
    public string Base64 => Convert.ToBase64String(Digests[Hash]);

    /// <summary>Name of the manifest's attribute for digests of a hash, for instance "SHA-256-Digest".</summary>
    public static string AttributeOf(HashAlgorithmName hash) => JarHash.NameOf(hash) + "-Digest";

    /// <summary>The digest that an attribute should state.</summary>
    /// <param name="attribute">For instance "SHA-256-Digest"; case does not count.</param>
    public string? Base64Of(string attribute) => Digests
        .Where(pair => AttributeOf(pair.Key).Equals(attribute, StringComparison.OrdinalIgnoreCase))
        .Select(pair => Convert.ToBase64String(pair.Value)).FirstOrDefault();
}
