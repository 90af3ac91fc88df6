using System.CommandLine;

namespace Signet.Cli.Commands.Key;

/// <summary><c>signet key</c>: the group of commands about the keys themselves.</summary>
internal sealed class KeyCommand : Command
{
    /// <summary>Creates the group.</summary>
    public KeyCommand(CommandContext context)
        : base("key", "Give out what others need to know of a key") => Add(new KeyOpenPgpExportCommand(context));
}
