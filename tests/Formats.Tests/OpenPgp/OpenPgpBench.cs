using System.Security.Cryptography;
using Signet.Formats.OpenPgp;
using Signet.Formats.Tests.Signers;
using Signet.Testing.Certificates;
using Signet.Testing.Judges;
using Signet.Testing.Tools;

namespace Signet.Formats.Tests.OpenPgp;

/// <summary>What tests of OpenPGP signatures need: gpg, and keys that it knows.</summary>
internal sealed class OpenPgpBench : FormatBench
{
    private readonly Dictionary<string, (OpenPgpSigner Signer, OpenPgpKeyExport Export)> _signers = [];

    private OpenPgpBench(TemporaryDirectory directory, OpenSslTimestampAuthority timestamps)
        : base(directory, timestamps) => Gpg = GnuPg.Create(directory.File("gpg"));

    public GnuPg Gpg { get; }

    public static OpenPgpIdentity Identity { get; } = new(
        "Signet Tests Grüße <tests@example.com>", new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero));

    /// <summary>Starts it with keys of these types.</summary>
    public static async Task<OpenPgpBench> CreateAsync(params IEnumerable<string> keys)
    {
        var (directory, timestamps) = await StartPartsAsync();
        var bench = new OpenPgpBench(directory, timestamps);
        foreach (var key in keys)
        {
            var signer = new OpenPgpSigner(InMemorySigner.Create(bench.Authority, key), Identity);
            var export = await OpenPgpKeyExport.CreateAsync(signer, TimeProvider.System.GetUtcNow(), CancellationToken.None);
            bench._signers[key] = (signer, export);
            await bench.Gpg.ImportAsync(await bench.WriteAsync(export.Armoured, ".pub", CancellationToken.None), CancellationToken.None);
        }

        return bench;
    }

    public OpenPgpSigner Signer(string key) => _signers[key].Signer;

    public OpenPgpKeyExport Export(string key) => _signers[key].Export;

    public TrustAnchors TrustOf(string key) => Trust with { OpenPgpKeys = [_signers[key].Export.Armoured] };

    /// <summary>The shortest hash that OpenPGP lets the key sign.</summary>
    public static HashAlgorithmName HashFor(string key) => key switch
    {
        "p384" => HashAlgorithmName.SHA384,
        "p521" => HashAlgorithmName.SHA512,
        _ => HashAlgorithmName.SHA256,
    };

    public static SigningChoices ChoicesFor(string key) => Choices(hash: HashFor(key));

    public async ValueTask StopAsync()
    {
        await Gpg.DisposeAsync();
        foreach (var (signer, _) in _signers.Values)
        {
            signer.Dispose();
        }

        await DisposeAsync();
    }
}
