using System.Security.Cryptography;

namespace Signet.Formats.Jar.Verification;

/// <summary>Digests that attributes state, for the hashes that are accepted.</summary>
internal static class StatedDigests
{
    private static readonly (string Name, HashAlgorithmName Hash)[] Accepted =
    [
        ("SHA-256", HashAlgorithmName.SHA256), ("SHA-384", HashAlgorithmName.SHA384), ("SHA-512", HashAlgorithmName.SHA512),
    ];

    /// <summary>The digests of attributes with this suffix.</summary>
    /// <param name="attributes">Of a section.</param>
    /// <param name="suffix">For instance "-Digest".</param>
    public static IReadOnlyList<(HashAlgorithmName Hash, string Base64)> Find(
        IReadOnlyDictionary<string, string> attributes, string suffix) =>
        [.. Accepted.Where(one => attributes.ContainsKey(one.Name + suffix)).Select(one => (one.Hash, attributes[one.Name + suffix]))];
}
