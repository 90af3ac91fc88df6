using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Signet.Formats.Tests.Signers;
using Signet.Testing.Certificates;
using Signet.Testing.Tools;

namespace Signet.Formats.Tests;

/// <summary>What tests of any format need: a CA, a timestamp authority, a directory, and a way to sign and verify.</summary>
internal class FormatBench : IAsyncDisposable
{
    private readonly OpenSslTimestampAuthority _timestamps;
    private readonly HttpTimestamper _timestamper;

    protected FormatBench(TemporaryDirectory directory, OpenSslTimestampAuthority timestamps, ThrowawayCa? authority = null)
    {
        Directory = directory;
        _timestamps = timestamps;
        _timestamper = new HttpTimestamper(timestamps.Address);
        Authority = authority ?? ThrowawayCa.Create("Formats test root");
        File.WriteAllText(SigningRoots, Authority.Pem);
        File.WriteAllText(TimestampRoots, timestamps.Root.ExportCertificatePem() + "\n");
    }

    public TemporaryDirectory Directory { get; }

    public ThrowawayCa Authority { get; }

    public ITimestamper Timestamper => _timestamper;

    public Uri TimestampAddress => _timestamps.Address;

    /// <summary>PEM file with the root of the signers.</summary>
    public string SigningRoots => Directory.File("ca.pem");

    /// <summary>PEM file with the root of the timestamp authority.</summary>
    public string TimestampRoots => Directory.File("tsa.pem");

    public TrustAnchors Trust => new()
    {
        SigningRoots = new X509Certificate2Collection(Authority.Certificate),
        TimestampRoots = new X509Certificate2Collection(_timestamps.Root),
        Now = TimeProvider.System.GetUtcNow(),
    };

    public static async Task<FormatBench> StartAsync()
    {
        var (directory, timestamps) = await StartPartsAsync();
        return new FormatBench(directory, timestamps);
    }

    public static SigningChoices Choices(
        ExistingSignatureRule rule = ExistingSignatureRule.Refuse, HashAlgorithmName? hash = null) => new()
        {
            ExistingSignature = rule,
            HashAlgorithm = hash ?? HashAlgorithmName.SHA256,
            Description = "Grüße",
            DescriptionUrl = new Uri("https://example.com/a?b=c"),
        };

    /// <summary>The edits that sign a file. A format that reads once gets it in small pieces, as uploads come.</summary>
    public static async Task<IReadOnlyList<Edit>> EditsAsync(
        ISignatureFormat format, byte[] content, ISigner signer, ITimestamper? timestamper, SigningChoices choices,
        CancellationToken cancellationToken)
    {
        using Stream stream = format.RequiresRandomAccess
            ? new MemoryStream(content, writable: false)
            : new DribblingStream(content);
        var prepared = await format.PrepareAsync(stream, choices, cancellationToken);
        return await prepared.SignAsync(signer, timestamper, cancellationToken);
    }

    /// <summary>The file after the edits that sign it.</summary>
    public static async Task<byte[]> SignAsync(
        ISignatureFormat format, byte[] content, ISigner signer, ITimestamper? timestamper, SigningChoices choices,
        CancellationToken cancellationToken)
    {
        var edits = await EditsAsync(format, content, signer, timestamper, choices, cancellationToken);
        using var edited = new EditedStream(new MemoryStream(content), edits);
        using var result = new MemoryStream();
        await edited.CopyToAsync(result, cancellationToken);
        return result.ToArray();
    }

    public Task<VerificationReport> VerifyAsync(ISignatureFormat format, byte[] content, CancellationToken cancellationToken) =>
        format.VerifyAsync(new MemoryStream(content, writable: false), Trust, cancellationToken);

    /// <summary>Writes a file for a judge.</summary>
    /// <param name="content">What is in it.</param>
    /// <param name="extension">With its dot.</param>
    /// <param name="cancellationToken">Ends the writing.</param>
    /// <returns>Its path, which nobody else has.</returns>
    public async Task<string> WriteAsync(byte[] content, string extension, CancellationToken cancellationToken)
    {
        var file = Directory.File(Guid.NewGuid().ToString("N") + extension);
        await File.WriteAllBytesAsync(file, content, cancellationToken);
        return file;
    }

    public async ValueTask DisposeAsync()
    {
        _timestamper.Dispose();
        await _timestamps.DisposeAsync();
        Directory.Dispose();
    }

    protected static async Task<(TemporaryDirectory Directory, OpenSslTimestampAuthority Timestamps)> StartPartsAsync(
        bool rsaOnly = false)
    {
        var directory = new TemporaryDirectory();
        return (directory, await OpenSslTimestampAuthority.StartAsync(directory.File("tsa"), CancellationToken.None, rsaOnly));
    }

    /// <summary>Gives a few bytes a read, and cannot seek.</summary>
    private sealed class DribblingStream(byte[] content) : MemoryStream(content, writable: false)
    {
        public override bool CanSeek => false;

        public override long Length => throw new NotSupportedException();

        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, 97)]);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, 97)], cancellationToken);
    }
}
