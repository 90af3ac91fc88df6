using Signet.Agent.Ledger.Auditing;
using Signet.Cli.Errors;

namespace Signet.Cli.Commands.Audit;

/// <summary>A checkpoint that somebody kept: as a file of its own, or in a receipt.</summary>
internal static class KeptCheckpoint
{
    /// <summary>Its text.</summary>
    /// <exception cref="CommandException">The file is JSON and no receipt.</exception>
    public static string Read(string path)
    {
        var text = File.ReadAllText(path);
        if (!text.StartsWith('{'))
        {
            return text;
        }

        try
        {
            return ReceiptFile.Parse(text).Checkpoint;
        }
        catch (FormatException exception)
        {
            throw new CommandException(ExitCode.Invalid, $"{path}: {exception.Message}", exception);
        }
    }
}
