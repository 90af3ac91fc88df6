using Signet.Agent.Ledger;
using Signet.Agent.Ledger.Auditing;
using Signet.Agent.Storage.Sqlite;
using Signet.Cli.Errors;

namespace Signet.Cli.Commands.Audit;

/// <summary>A ledger in a file: an export, or the store of an agent.</summary>
internal sealed class LedgerFile : IDisposable
{
    private static readonly byte[] SqliteMagic = "SQLite format 3\0"u8.ToArray();

    private readonly TextReader? _text;

    private LedgerFile(ILedgerSource source, VerifierKey? statedKey, TextReader? text)
    {
        Source = source;
        StatedKey = statedKey;
        _text = text;
    }

    /// <summary>The ledger.</summary>
    public ILedgerSource Source { get; }

    /// <summary>The public key that the file itself states, which proves nothing; null where it states none.</summary>
    public VerifierKey? StatedKey { get; }

    /// <summary>Opens the file; its first bytes say which of the two it is.</summary>
    /// <exception cref="CommandException">It is neither.</exception>
    public static LedgerFile Open(string path)
    {
        if (IsStore(path))
        {
            return new LedgerFile(new SqliteLedgerSource(Path.GetFullPath(path)), statedKey: null, text: null);
        }

        var text = new StreamReader(path);
        try
        {
            var key = VerifierKey.Parse(LedgerExport.ReadVerifierKey(text));
            return new LedgerFile(LedgerExport.Read(text), key, text);
        }
        catch (FormatException exception)
        {
            text.Dispose();
            throw new CommandException(
                ExitCode.Invalid, $"{path} is neither an export of a ledger nor an agent's store: {exception.Message}", exception);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _text?.Dispose();

    private static bool IsStore(string path)
    {
        using var file = File.OpenRead(path);
        var head = new byte[SqliteMagic.Length];
        return file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) == head.Length
            && head.AsSpan().SequenceEqual(SqliteMagic);
    }
}
