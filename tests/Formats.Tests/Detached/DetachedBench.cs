using Signet.Testing.Certificates;
using Signet.Testing.Tools;

namespace Signet.Formats.Tests.Detached;

/// <summary>What tests of signatures in files of their own need.</summary>
internal sealed class DetachedBench : FormatBench
{
    private DetachedBench(TemporaryDirectory directory, OpenSslTimestampAuthority timestamps)
        : base(directory, timestamps)
    {
    }

    public static async Task<DetachedBench> CreateAsync()
    {
        var (directory, timestamps) = await StartPartsAsync();
        return new DetachedBench(directory, timestamps);
    }

    /// <summary>Bytes of every value, the same ones for the same length.</summary>
    public static byte[] Content(int length)
    {
        var content = new byte[length];
        new Random(length).NextBytes(content);
        return content;
    }

    public static Task<VerificationReport> VerifyAsync(
        IDetachedFormat format, byte[] content, byte[] signature, TrustAnchors trust, CancellationToken cancellationToken) =>
        format.VerifyDetachedAsync(new MemoryStream(content), new MemoryStream(signature), trust, cancellationToken);

    /// <summary>Verifies something broken: it must end in a report or in the typed error, and in nothing else.</summary>
    /// <returns>Whether it holds all the same.</returns>
    public static async Task<bool> HoldsAsync(
        IDetachedFormat format, byte[] content, byte[] signature, TrustAnchors trust, CancellationToken cancellationToken)
    {
        try
        {
            return (await VerifyAsync(format, content, signature, trust, cancellationToken)).Holds;
        }
        catch (SignatureFormatException)
        {
            return false;
        }
    }
}
