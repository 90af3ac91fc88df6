using System.Collections.Immutable;
using System.Security.Cryptography;

namespace Signet.Formats.Jar;

/// <summary>Hashes and the names that Java has for them.</summary>
internal static class JarHash
{
    /// <summary>Every hash that is accepted.</summary>
    public static ImmutableArray<HashAlgorithmName> All { get; } =
        [HashAlgorithmName.SHA256, HashAlgorithmName.SHA384, HashAlgorithmName.SHA512];

    /// <summary>For instance "SHA-256".</summary>
    public static string NameOf(HashAlgorithmName hash) => "SHA-" + hash.Name![3..];
}
