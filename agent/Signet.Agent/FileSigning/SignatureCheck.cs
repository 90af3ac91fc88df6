using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Signet.Formats;
using Signet.Formats.OpenPgp;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;

namespace Signet.Agent.FileSigning;

/// <summary>
/// Reads the signed file back before it leaves the agent: the format's verifier, which shares no code with its writer,
/// and the SHA-256 that the client checks in its turn.
/// </summary>
internal sealed class SignatureCheck(TimeProvider time)
{
    private const int BufferBytes = 128 << 10;

    // By the signing certificate, for as long as the configuration or the token has it.
    private readonly ConditionalWeakTable<X509Certificate2, KnownCertificates> _known = [];

    /// <summary>Verifies original plus edits.</summary>
    /// <returns>SHA-256, size in bytes, and the time of the timestamp, where there is one.</returns>
    /// <exception cref="SigningException">VERIFICATION_FAILED: the signature is not to leave the agent.</exception>
    public async Task<CheckedSignature> VerifyAsync(
        ReceivedFile file, IReadOnlyList<Formats.Edit> edits, ISigner signer, bool timestamped,
        CancellationToken cancellationToken)
    {
        // Side by side where the file may be large: the verifier on another thread, the hash on this one.
        var verifying = ReadBackAsync(file, edits, signer, cancellationToken);
        var hashing = HashAsync(file, edits, cancellationToken);
        await Task.WhenAll(hashing, verifying);

        var (sha256, size) = await hashing;
        var report = await verifying;
        // Where the old signatures stay, ours is the last one.
        var own = report.Signatures.Count > 0 ? report.Signatures[^1] : throw Failed("no signature was found");
        if (own.Problems.Count > 0)
        {
            throw Failed(string.Join("; ", own.Problems));
        }

        RequireOwn(own, signer);

        return own.Timestamp is null == timestamped
            ? throw Failed(timestamped ? "it has no timestamp" : "it has a timestamp that nobody asked for")
            : new CheckedSignature(sha256, size, own.Timestamp);
    }

    /// <summary>Reads a container that carries no signature itself: what is in it was checked file by file.</summary>
    public static async Task<CheckedSignature> HashUnsignedAsync(
        ReceivedFile file, IReadOnlyList<Formats.Edit> edits, CancellationToken cancellationToken)
    {
        var (sha256, size) = await HashAsync(file, edits, cancellationToken);
        return new CheckedSignature(sha256, size, null);
    }

    private static void RequireOwn(SignatureReport own, ISigner signer)
    {
        var certificate = signer.CertificateChain[0];
        if (own.OpenPgp is { } key)
        {
            if (signer.OpenPgp is not { } identity
                || key.Fingerprint != OpenPgpPublicKey.FromCertificate(certificate, identity).Fingerprint)
            {
                throw Failed("it names another OpenPGP key");
            }
        }
        else if (own.Signer is null || !own.Signer.RawDataMemory.Span.SequenceEqual(certificate.RawDataMemory.Span))
        {
            throw Failed("it names another certificate");
        }
    }

    private async Task<VerificationReport> ReadBackAsync(
        ReceivedFile file, IReadOnlyList<Formats.Edit> edits, ISigner signer, CancellationToken cancellationToken)
    {
        await using var content = Open(file, []);
        await using var signed = Open(file, edits);
        var certificate = signer.CertificateChain[0];
        var trust = new TrustAnchors
        {
            SkipChains = true,
            Now = time.GetUtcNow(),
            SignerCertificates = new X509Certificate2Collection(certificate),
            KnownCertificates = _known.GetValue(certificate, _ => new KnownCertificates(signer.CertificateChain)),
            OpenPgpKeys = signer.OpenPgp is { } identity
                ? [OpenPgpPublicKey.FromCertificate(certificate, identity).Encoded]
                : null,
        };
        try
        {
            return await (file.Content.IsInMemory ? VerifyAsync() : Task.Run(VerifyAsync, cancellationToken));
        }
        catch (SignatureFormatException exception)
        {
            throw Failed(exception.Message, exception);
        }

        Task<VerificationReport> VerifyAsync() => file.Format is IDetachedFormat detached
            ? detached.VerifyDetachedAsync(content, signed, trust, cancellationToken)
            : file.Format.VerifyAsync(signed, trust, cancellationToken);
    }

    private static async Task<(byte[] Sha256, long SizeBytes)> HashAsync(
        ReceivedFile file, IReadOnlyList<Formats.Edit> edits, CancellationToken cancellationToken)
    {
        await using var signed = Open(file, edits);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = System.Buffers.ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            long size = 0;
            int count;
            while ((count = await signed.ReadAsync(buffer, cancellationToken)) > 0)
            {
                hash.AppendData(buffer, 0, count);
                size += count;
            }

            return (hash.GetHashAndReset(), size);
        }
        finally
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // Each reader has a position of its own in the same file.
    private static EditedStream Open(ReceivedFile file, IReadOnlyList<Formats.Edit> edits) =>
        new(file.Content.OpenReader(), edits);

    private static SigningException Failed(string what, Exception? cause = null) => new(
        ErrorReason.VerificationFailed,
        $"The signature was made, but the agent's own verifier refuses it, so it was thrown away: {what}.",
        innerException: cause);
}

/// <summary>What the check found.</summary>
/// <param name="Sha256">SHA-256 of the signed file, 32 bytes.</param>
/// <param name="SizeBytes">Its size in bytes.</param>
/// <param name="Timestamp">Time of the timestamp; null where there is none.</param>
internal sealed record CheckedSignature(byte[] Sha256, long SizeBytes, DateTimeOffset? Timestamp);
