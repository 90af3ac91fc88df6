using System.CommandLine;
using Google.Protobuf;
using Signet.Cli.Connection;
using Signet.Cli.Screens;
using Signet.Cli.Screens.Requests;
using Signet.Protocol.V1;

namespace Signet.Cli.Commands.Requests;

/// <summary><c>signet requests approve</c>: approves exactly the files whose common hash the operator saw.</summary>
internal sealed class RequestsApproveCommand : Command
{
    private readonly CommandContext _context;
    private readonly AgentOptions _agent = new();
    private readonly Argument<string> _id = new("ID") { Description = "Id of the request" };

    private readonly Option<string> _manifest = new("--manifest")
    {
        Description = "SHA-256 of the manifest, as 'signet requests show' printed it: only what you saw is approved",
        HelpName = "SHA256",
        Required = true,
    };

    private readonly Option<bool> _pinStdin = new("--pin-stdin")
    {
        Description = "For a key that wants its PIN at each use: read it from standard input, a pipe or a file",
    };

    private readonly Option<bool> _finalTry = new("--final-try") { Description = "Go on although one more wrong PIN blocks the token" };

    private readonly Option<string?> _comment = new("--comment") { Description = "For the ledger", HelpName = "TEXT" };

    /// <summary>Creates the command.</summary>
    public RequestsApproveCommand(CommandContext context)
        : base("approve", "Approve a request, file by file as you saw it")
    {
        _context = context;
        Add(_id);
        Add(_manifest);
        Add(_comment);
        Add(_pinStdin);
        Add(_finalTry);
        _agent.AddTo(this);
        context.Handle(this, RunAsync);
    }

    private async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var request = new ApproveRequestRequest
        {
            RequestId = arguments.GetRequiredValue(_id),
            ManifestSha256 = ByteString.CopyFrom(Sha256Text.Parse(arguments.GetRequiredValue(_manifest))),
            Comment = arguments.GetValue(_comment) ?? string.Empty,
        };
        var location = _agent.Locate(arguments);
        using var connection = new OperatorConnection(location);
        var response = await Order.Approval(request.RequestId).WaitAsync(
            () => connection.CallAsync(
                $"approve request {request.RequestId}", (client, options) => client.ApproveRequestAsync(request, options),
                cancellationToken),
            cancellationToken);
        _context.Terminal.Output.WriteLine(RequestScreen.Outcome(response.Request));
        if (response.Request.Request.State == RequestState.Approved)
        {
            // With the last approval, since only then can anything be signed.
            var entry = new KeyPinEntry(_context.Terminal, location);
            var detail = await entry.LookAsync(request.RequestId, cancellationToken);
            if (detail.Key is { AlwaysAuthenticate: true })
            {
                await entry.GiveAsync(detail, arguments.GetValue(_pinStdin), arguments.GetValue(_finalTry), cancellationToken);
            }
        }

        return ExitCode.Ok;
    }
}
