using System.CommandLine;
using Signet.Cli.Connection;

namespace Signet.Cli.Commands.Quorum;

/// <summary>What the commands of <c>signet quorum</c> have in common: the token, and where its host is.</summary>
internal sealed class QuorumOptions
{
    private readonly AgentOptions _agent = new();
    private readonly Argument<string> _token = new("TOKEN") { Description = "Name of the token" };

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(_token);
        _agent.AddTo(command);
    }

    /// <summary>Name of the token, and where the agent is.</summary>
    /// <exception cref="Errors.CommandException">The node has no such token.</exception>
    public (string Token, AgentLocation Location) Read(ParseResult arguments)
    {
        var location = _agent.Locate(arguments);
        var token = arguments.GetRequiredValue(_token);
        TokenChoice.CheckName(location, token);
        return (token, location);
    }
}
