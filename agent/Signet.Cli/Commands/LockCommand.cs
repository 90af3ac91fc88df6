using System.CommandLine;
using Signet.Cli.Connection;
using Signet.Cli.Errors;
using Signet.Cli.Screens;
using Signet.Cli.Screens.Status;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;
using Signet.Tokens.Client;

namespace Signet.Cli.Commands;

/// <summary><c>signet lock</c>: nothing is signed any more until operators unlock again.</summary>
internal sealed class LockCommand : Command
{
    private readonly CommandContext _context;
    private readonly AgentOptions _agent = new();

    private readonly Argument<string?> _token = new("TOKEN")
    {
        Description = "Name of the token, or of the key in a PFX file",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<bool> _all = new("--all")
    {
        Description = "Emergency stop: lock every token, and deny every open request",
    };

    /// <summary>Creates the command.</summary>
    public LockCommand(CommandContext context)
        : base("lock", "Lock a token, or all: its keys sign nothing until operators unlock it again")
    {
        _context = context;
        Add(_token);
        Add(_all);
        _agent.AddTo(this);
        Validators.Add(result =>
        {
            if (result.GetValue(_all) == (result.GetValue(_token) is not null))
            {
                result.AddError("Name one token, or say --all.");
            }
        });
        context.Handle(this, RunAsync);
    }

    private async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var location = _agent.Locate(arguments);
        var token = arguments.GetValue(_token);
        IReadOnlyList<TokenStatus> statuses;
        var denied = 0;
        try
        {
            using var connection = new OperatorConnection(location);
            var response = await Order.Lock(token).WaitAsync(
                () => connection.CallAsync(
                    token is null ? "lock all tokens" : $"lock {token}",
                    (client, options) => client.LockTokensAsync(new LockTokensRequest { Token = token ?? string.Empty }, options),
                    cancellationToken),
                cancellationToken);
            statuses = response.Tokens;
            denied = response.DeniedRequests;
        }
        catch (CommandException exception) when (exception.ExitCode == ExitCode.Unreachable)
        {
            statuses = await LockDirectlyAsync(location, token, exception, cancellationToken);
        }

        foreach (var status in statuses)
        {
            _context.Terminal.Output.WriteLine(Words.Safe($"Token {status.Name} is {StateWords.Of(status.State)}."));
        }

        if (denied > 0)
        {
            _context.Terminal.Output.WriteLine($"{Words.Count(denied, "open request")} denied.");
        }

        return statuses.Any(status => status.State == TokenState.Ready) ? ExitCode.Refused : ExitCode.Ok;
    }

    // Whoever wants to lock must not depend on an agent that hangs. On Windows a token has to be named for this.
    private async Task<IReadOnlyList<TokenStatus>> LockDirectlyAsync(
        AgentLocation location, string? token, CommandException unreachable, CancellationToken cancellationToken)
    {
        var locked = new List<TokenStatus>();
        foreach (var name in token is null ? location.TokenNames() : [token])
        {
            try
            {
                locked.Add(await Order.Lock(token).WaitAsync(
                    () => TokenHostClient.LockAsync(location.TokenSocket(name), cancellationToken), cancellationToken));
            }
            catch (SigningException exception)
            {
                // The other tokens can be locked all the same.
                _context.Terminal.Error.WriteLine(Words.Safe($"signet: Could not lock {name}: {exception.Message}"));
            }
        }

        return locked.Count > 0 ? locked : throw unreachable;
    }
}
