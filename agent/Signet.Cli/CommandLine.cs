using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using Signet.Cli.Commands;
using Signet.Cli.Screens;

namespace Signet.Cli;

/// <summary>Parses the arguments and runs the command that they name.</summary>
internal static class CommandLine
{
    /// <summary>Runs the command.</summary>
    /// <param name="root">Every command.</param>
    /// <param name="arguments">The arguments without the program's name.</param>
    /// <param name="context">Where messages go.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(RootCommand root, string[] arguments, CommandContext context)
    {
        // An argument that starts with '@' is what it says, and not a file with further arguments.
        var parsed = root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0 && parsed.Action is ParseErrorAction)
        {
            return Refuse(parsed, context.Terminal);
        }

        return await parsed.InvokeAsync(new InvocationConfiguration
        {
            Output = context.Terminal.Output,
            Error = context.Terminal.Error,
            // Each command has its own errors and signals; a timeout here would cut the agent's shutdown short.
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        });
    }

    private static int Refuse(ParseResult parsed, Terminal terminal)
    {
        var messages = parsed.Errors.Select(error => OneLine(error.Message));
        if (parsed.CommandResult.Command is UnlockCommand)
        {
            // Somebody may have written a PIN there, and the screen is no place for it.
            var given = parsed.Tokens.Where(token => token.Type == TokenType.Argument).Select(token => token.Value)
                .Concat(parsed.UnmatchedTokens).ToList();
            messages = messages.Where(message => !given.Any(text => message.Contains(text, StringComparison.Ordinal)))
                .Append("A PIN is asked for, and never taken from the command line.");
        }

        foreach (var message in messages)
        {
            terminal.Error.WriteLine("signet: " + Words.Safe(message));
        }

        var names = parsed.CommandResult.Command is RootCommand ? string.Empty : PathOf(parsed.CommandResult) + " ";
        terminal.Error.WriteLine($"  See: signet {names}--help");
        return ExitCode.Invalid;
    }

    // The parser puts the values that it would take on lines of their own.
    private static string OneLine(string message) =>
        string.Join(' ', message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private static string PathOf(CommandResult result) => result.Parent is CommandResult { Command: not RootCommand } parent
        ? $"{PathOf(parent)} {result.Command.Name}"
        : result.Command.Name;
}
