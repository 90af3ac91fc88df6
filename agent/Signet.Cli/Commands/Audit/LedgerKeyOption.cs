using System.CommandLine;
using Signet.Agent.Ledger;
using Signet.Cli.Errors;

namespace Signet.Cli.Commands.Audit;

/// <summary>The option <c>--key</c>: the ledger's public key, as its text or in a file.</summary>
internal sealed class LedgerKeyOption() : Option<string?>("--key")
{
    /// <summary>Creates the option with its description.</summary>
    /// <param name="otherwise">What happens without it.</param>
    public static LedgerKeyOption Create(string otherwise) => new()
    {
        Description = $"Public key of the ledger, NAME+ID+BASE64, or a file that holds it ({otherwise})",
        HelpName = "KEY",
    };

    /// <summary>Reads the key; null where the option is absent.</summary>
    /// <exception cref="CommandException">It is no key.</exception>
    public VerifierKey? Read(ParseResult arguments)
    {
        if (arguments.GetValue(this) is not { } given)
        {
            return null;
        }

        // A key holds '+' and its file's name hardly does; a file that is there wins.
        return Parse(File.Exists(given) ? File.ReadAllText(given) : given);
    }

    /// <summary>Reads a key's text.</summary>
    /// <exception cref="CommandException">It is no key.</exception>
    public static VerifierKey Parse(string text)
    {
        try
        {
            return VerifierKey.Parse(text);
        }
        catch (FormatException exception)
        {
            throw new CommandException(
                ExitCode.Invalid,
                $"--key is neither a file nor a ledger's public key: {exception.Message}\n'signet status' shows the key of an agent.",
                exception);
        }
    }
}
