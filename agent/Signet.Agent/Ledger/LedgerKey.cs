using System.Security.Cryptography;
using NSec.Cryptography;

namespace Signet.Agent.Ledger;

/// <summary>
/// The ledger's Ed25519 key. It proves which node wrote a checkpoint; it does not stop that node's administrator from
/// writing another ledger, which is what receipts and checkpoints kept elsewhere are for.
/// </summary>
internal sealed class LedgerKey : IDisposable
{
    private readonly Key _key;

    private LedgerKey(string name, Key key)
    {
        _key = key;
        Verifier = VerifierKey.Create(name, key.PublicKey.Export(KeyBlobFormat.RawPublicKey));
    }

    /// <summary>The public half.</summary>
    public VerifierKey Verifier { get; }

    /// <summary>Reads the key file, or makes one where there is none: 32 bytes of seed in base64, for its owner alone.</summary>
    /// <param name="path">The key file.</param>
    /// <param name="name">Name of the ledger.</param>
    /// <exception cref="InvalidDataException">The file does not hold a key.</exception>
    public static LedgerKey Open(string path, string name)
    {
        if (!File.Exists(path))
        {
            Create(path);
        }

        var seed = new byte[32];
        try
        {
            if (!Convert.TryFromBase64String(File.ReadAllText(path).Trim(), seed, out var count) || count != seed.Length)
            {
                throw new InvalidDataException(
                    $"'{path}' does not hold a ledger key. Put it back from a backup; without it the ledger has to begin anew.");
            }

            return new LedgerKey(name, Key.Import(SignatureAlgorithm.Ed25519, seed, KeyBlobFormat.RawPrivateKey));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(seed);
        }
    }

    /// <summary>Signs; 64 bytes.</summary>
    public byte[] Sign(ReadOnlySpan<byte> text) => SignatureAlgorithm.Ed25519.Sign(_key, text);

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();

    private static void Create(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var file = new FileStream(path, options);
        using var writer = new StreamWriter(file);
        writer.WriteLine(Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));
        writer.Flush();
        file.Flush(flushToDisk: true);
    }
}
