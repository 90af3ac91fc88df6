using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Signet.Protocol.V1;

namespace Signet.Agent.Requests;

/// <summary>
/// The SHA-256 that stands for everything that a request wants signed and how: approvals are bound to it, and a repeat
/// of a request is the same request only if it is equal.
/// </summary>
/// <remarks>
/// Every field goes in with its length before it, so no two different manifests have the same encoding: the text
/// "signet-manifest/1", job, profile, description, description URL, rule for existing signatures, digest, then for each
/// file name, size and SHA-256, and last the options that came later, each by name and value and only where it is set, in
/// this order: "page_hashes" with the number 1, "format" with its text, "catalog" with its text. Lengths and numbers are
/// 8 bytes, big-endian; text is UTF-8.
/// </remarks>
internal static class ManifestDigest
{
    /// <summary>Computes it; 32 bytes.</summary>
    public static byte[] Compute(CreateRequestRequest request)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        AddText(hash, "signet-manifest/1");
        AddText(hash, request.Build.JobFullName);
        AddText(hash, request.Profile);
        AddText(hash, request.Options.Description);
        AddText(hash, request.Options.DescriptionUrl);
        AddNumber(hash, (long)request.Options.ExistingSignature);
        AddNumber(hash, (long)request.Options.Digest);
        AddNumber(hash, request.Files.Count);
        foreach (var file in request.Files)
        {
            AddText(hash, file.Name);
            AddNumber(hash, file.SizeBytes);
            AddBytes(hash, file.Sha256.Span);
        }

        if (request.Options.PageHashes)
        {
            AddText(hash, "page_hashes");
            AddNumber(hash, 1);
        }

        AddOption(hash, "format", request.Options.Format);
        return hash.GetHashAndReset();
    }

    private static void AddOption(IncrementalHash hash, string name, string value)
    {
        if (value.Length > 0)
        {
            AddText(hash, name);
            AddText(hash, value);
        }
    }

    private static void AddText(IncrementalHash hash, string text) => AddBytes(hash, Encoding.UTF8.GetBytes(text));

    private static void AddBytes(IncrementalHash hash, ReadOnlySpan<byte> bytes)
    {
        AddNumber(hash, bytes.Length);
        hash.AppendData(bytes);
    }

    private static void AddNumber(IncrementalHash hash, long number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, number);
        hash.AppendData(bytes);
    }
}
