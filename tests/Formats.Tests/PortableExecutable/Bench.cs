using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Signet.Formats.PortableExecutable;
using Signet.Formats.Tests.Signers;
using Signet.Testing.Certificates;
using Signet.Testing.Judges;
using Signet.Testing.Tools;

namespace Signet.Formats.Tests.PortableExecutable;

/// <summary>What tests of signatures need: a CA, a timestamp authority, files, and the two judges.</summary>
internal sealed class Bench : IAsyncDisposable
{
    private readonly OpenSslTimestampAuthority _timestamps;
    private readonly HttpTimestamper _timestamper;

    private Bench(TemporaryDirectory directory, OpenSslTimestampAuthority timestamps)
    {
        Directory = directory;
        _timestamps = timestamps;
        _timestamper = new HttpTimestamper(timestamps.Address);
        Authority = ThrowawayCa.Create("Formats test root");
        File.WriteAllText(SigningRoots, Authority.Pem);
        File.WriteAllText(TimestampRoots, timestamps.Root.ExportCertificatePem() + "\n");
    }

    public TemporaryDirectory Directory { get; }

    public ThrowawayCa Authority { get; }

    public ITimestamper Timestamper => _timestamper;

    public Uri TimestampAddress => _timestamps.Address;

    public string SigningRoots => Directory.File("ca.pem");

    public string TimestampRoots => Directory.File("tsa.pem");

    public TrustAnchors Trust => new()
    {
        SigningRoots = new X509Certificate2Collection(Authority.Certificate),
        TimestampRoots = new X509Certificate2Collection(_timestamps.Root),
        Now = TimeProvider.System.GetUtcNow(),
    };

    public static async Task<Bench> CreateAsync()
    {
        var directory = new TemporaryDirectory();
        return new Bench(directory, await OpenSslTimestampAuthority.StartAsync(directory.File("tsa"), CancellationToken.None));
    }

    public static SigningChoices Choices(
        ExistingSignatureRule rule = ExistingSignatureRule.Refuse, HashAlgorithmName? hash = null) => new()
        {
            ExistingSignature = rule,
            HashAlgorithm = hash ?? HashAlgorithmName.SHA256,
            Description = "Grüße",
            DescriptionUrl = new Uri("https://example.com/a?b=c"),
        };

    /// <summary>The file with a signature.</summary>
    public static async Task<byte[]> SignAsync(
        byte[] image, ISigner signer, ITimestamper? timestamper, SigningChoices choices, CancellationToken cancellationToken)
    {
        // In small pieces, as uploads come.
        using var arriving = new DribblingStream(image);
        var prepared = await new PortableExecutableFormat().PrepareAsync(arriving, choices, cancellationToken);
        var edits = await prepared.SignAsync(signer, timestamper, cancellationToken);
        using var edited = new EditedStream(new MemoryStream(image), edits);
        using var result = new MemoryStream();
        await edited.CopyToAsync(result, cancellationToken);
        return result.ToArray();
    }

    public Task<VerificationReport> VerifyAsync(byte[] image, CancellationToken cancellationToken) =>
        new PortableExecutableFormat().VerifyAsync(new MemoryStream(image), Trust, cancellationToken);

    public async Task<ProgramResult> JudgeAsync(byte[] image, CancellationToken cancellationToken)
    {
        var file = Directory.File(Guid.NewGuid().ToString("N") + ".exe");
        await File.WriteAllBytesAsync(file, image, cancellationToken);
        return await Osslsigncode.VerifyAsync(file, SigningRoots, TimestampRoots, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        _timestamper.Dispose();
        await _timestamps.DisposeAsync();
        Directory.Dispose();
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
