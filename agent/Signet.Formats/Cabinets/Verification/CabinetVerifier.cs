using System.Buffers;
using System.Security.Cryptography;
using Signet.Formats.Authenticode.Verification;

namespace Signet.Formats.Cabinets.Verification;

/// <summary>Verifies the signatures of a cabinet. It shares no code with what signs.</summary>
internal static class CabinetVerifier
{
    private const int BufferBytes = 128 << 10;

    /// <summary>Says who signed the file and whether each signature holds.</summary>
    /// <param name="content">The file from its first byte; it can seek.</param>
    /// <param name="trust">Which roots are trusted.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="SignatureFormatException">It is no cabinet, or its header cannot be read.</exception>
    public static async Task<VerificationReport> VerifyAsync(
        Stream content, TrustAnchors trust, CancellationToken cancellationToken)
    {
        var cabinet = SignedCabinet.Open(content);
        if (cabinet.Signature.Length == 0)
        {
            return new VerificationReport("cab", []);
        }

        var signatures = EmbeddedSignature.ReadWithNested(cabinet.Signature, trust.KnownCertificates).ToList();
        var digests = new Dictionary<HashAlgorithmName, byte[]>();
        foreach (var algorithm in signatures.Select(signature => signature.ContentHashAlgorithm).OfType<HashAlgorithmName>().Distinct())
        {
            digests.Add(algorithm, await HashAsync(content, cabinet, algorithm, cancellationToken).ConfigureAwait(false));
        }

        return new VerificationReport("cab", [.. signatures.Select((signature, index) => signature.Verify(
            algorithm => digests[algorithm], trust, index == 0 ? cabinet.Problems : []))]);
    }

    private static async Task<byte[]> HashAsync(
        Stream content, SignedCabinet cabinet, HashAlgorithmName algorithm, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(algorithm);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            foreach (var (start, end) in cabinet.HashedRanges)
            {
                content.Position = start;
                for (var left = end - start; left > 0;)
                {
                    var read = await content.ReadAsync(
                        buffer.AsMemory(0, (int)Math.Min(left, BufferBytes)), cancellationToken).ConfigureAwait(false);
                    if (read == 0)
                    {
                        throw SignedCabinet.Malformed($"it ends before 0x{end:x}");
                    }

                    hash.AppendData(buffer, 0, read);
                    left -= read;
                }
            }

            return hash.GetHashAndReset();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
