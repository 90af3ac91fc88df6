using System.CommandLine;
using Signet.Agent.Configuration;
using Signet.Cli.Connection;
using Signet.Cli.Screens;

namespace Signet.Cli.Commands.Config;

/// <summary><c>signet config check</c>: every problem of a configuration file, without an agent.</summary>
internal sealed class ConfigCheckCommand : Command
{
    private readonly CommandContext _context;
    private readonly Option<string?> _configuration = AgentOptions.ConfigurationOption();

    private readonly Argument<string?> _file = new("FILE")
    {
        Description = "The file to check, instead of --config",
        Arity = ArgumentArity.ZeroOrOne,
    };

    /// <summary>Creates the command.</summary>
    public ConfigCheckCommand(CommandContext context)
        : base("check", "Check a configuration file and change nothing. Prints FILE:LINE:COLUMN: problem, and ends with 1 if there is any")
    {
        _context = context;
        Add(_file);
        Add(_configuration);
        context.Handle(this, (arguments, _) => Task.FromResult(Run(arguments)));
    }

    private int Run(ParseResult arguments)
    {
        var (path, _) = AgentOptions.ConfigurationPath(arguments.GetValue(_file) ?? arguments.GetValue(_configuration));
        var result = new ConfigurationLoader(KnownFormats.Names).Load(path);
        foreach (var issue in result.Issues)
        {
            _context.Terminal.Output.WriteLine(Words.Safe($"{path}:{issue}"));
        }

        if (!result.IsValid)
        {
            _context.Terminal.Error.WriteLine($"signet: {Words.Count(result.Issues.Count, "problem")} in {Words.Safe(path)}");
            return ExitCode.Invalid;
        }

        var configuration = result.Configuration;
        _context.Terminal.Output.WriteLine(
            $"{Words.Safe(path)} is valid: {Words.Count(configuration.Keys.Count, "key")}, "
            + $"{Words.Count(configuration.Profiles.Count, "profile")}, {Words.Count(configuration.Grants.Count, "grant")}, "
            + $"{Words.Count(configuration.Operators.Count, "operator")}.");
        return ExitCode.Ok;
    }
}
