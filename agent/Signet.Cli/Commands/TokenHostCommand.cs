using System.CommandLine;
using Signet.Agent.Configuration;
using Signet.Cli.Connection;
using Signet.Cli.Errors;
using Signet.Protocol.V1;
using Signet.Tokens.Host;

namespace Signet.Cli.Commands;

/// <summary><c>signet token-host</c>: the process that holds one token. The agent starts it; nobody else does.</summary>
internal sealed class TokenHostCommand : Command
{
    private readonly Option<string?> _configuration = AgentOptions.ConfigurationOption();

    private readonly Option<string> _token = new("--token")
    {
        Description = "Name of the token, or of the key in a PFX file",
        HelpName = "NAME",
        Required = true,
    };

    /// <summary>Creates the command.</summary>
    public TokenHostCommand(CommandContext context)
        : base("token-host", "Hold one token for the agent that starts this, until standard input ends")
    {
        Hidden = true;
        Add(_configuration);
        Add(_token);
        context.HandleService(this, RunAsync);
    }

    private async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var (path, _) = AgentOptions.ConfigurationPath(arguments.GetValue(_configuration));
        var options = OptionsOf(ConfigurationInUse.Load(path), arguments.GetRequiredValue(_token));
        await TokenHostProcess.RunAsync(options, cancellationToken);
        return ExitCode.Ok;
    }

    private static TokenHostOptions OptionsOf(SignetConfiguration configuration, string name)
    {
        var options = new TokenHostOptions
        {
            Name = name,
            SocketPath = AgentLocation.InDirectory(configuration.Directories.Run).TokenSocket(name),
            Operators = configuration.Operators,
            QuorumDirectory = Path.Combine(configuration.Directories.State, "quorum", name),
        };
        if (configuration.Tokens.FirstOrDefault(token => token.Name == name) is { } token)
        {
            return options with
            {
                Pkcs11 = Pkcs11Of(token),
                CallDeadline = token.Deadline,
                LockAfterTime = token.LockAfterTime,
                LockAfterSignatures = token.LockAfterSignatures,
                KeyLabels = [.. configuration.Keys.Where(key => key.Token == name).Select(key => key.Label ?? key.Name).Distinct()],
            };
        }

        return configuration.Keys.FirstOrDefault(key => key.Pfx is not null && key.Name == name) is { } pfx
            ? options with { Pfx = new PfxTokenOptions { Path = pfx.Pfx! } }
            : throw new CommandException(ExitCode.Invalid, $"The configuration has no token and no PFX key '{name}'.");
    }

    private static Pkcs11TokenOptions Pkcs11Of(TokenConfiguration token) => new()
    {
        ModulePath = token.Module,
        Label = token.Label,
        Serial = token.Serial,
        Slot = token.Slot,
        Sessions = token.Sessions,
        Queue = token.Queue,
        UnlockMethod = token.Unlock switch
        {
            UnlockKind.Pinpad => UnlockMethod.PinPad,
            UnlockKind.Quorum => UnlockMethod.Quorum,
            _ => UnlockMethod.Pin,
        },
    };
}
