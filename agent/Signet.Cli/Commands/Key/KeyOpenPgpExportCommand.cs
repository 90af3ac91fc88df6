using System.CommandLine;
using Signet.Cli.Connection;
using Signet.Protocol.V1;

namespace Signet.Cli.Commands.Key;

/// <summary><c>signet key openpgp-export</c>: the public key that people import to verify OpenPGP signatures.</summary>
internal sealed class KeyOpenPgpExportCommand : Command
{
    private readonly CommandContext _context;
    private readonly AgentOptions _agent = new();

    private readonly Argument<string> _key = new("NAME") { Description = "Name of the key in signet.yaml" };

    /// <summary>Creates the command.</summary>
    public KeyOpenPgpExportCommand(CommandContext context)
        : base("openpgp-export", "Print a key's OpenPGP public key, signed by the key itself. Its token has to be unlocked")
    {
        _context = context;
        Add(_key);
        _agent.AddTo(this);
        context.Handle(this, RunAsync);
    }

    private async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var name = arguments.GetValue(_key)!;
        using var connection = new OperatorConnection(_agent.Locate(arguments));
        var response = await Order.Export(name).WaitAsync(
            () => connection.CallAsync(
                $"export the OpenPGP key of '{name}'",
                (client, options) => client.ExportOpenPgpKeyAsync(new ExportOpenPgpKeyRequest { Key = name }, options), cancellationToken),
            cancellationToken);
        _context.Terminal.Output.Write(response.PublicKey);
        _context.Terminal.Error.WriteLine($"Fingerprint {response.Fingerprint.ToUpperInvariant()}");
        return ExitCode.Ok;
    }
}
