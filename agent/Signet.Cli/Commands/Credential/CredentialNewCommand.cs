using System.Buffers.Text;
using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using Signet.Agent.Access;
using Signet.Agent.Configuration.Reading;
using Signet.Cli.Errors;
using Signet.Cli.Screens;

namespace Signet.Cli.Commands.Credential;

/// <summary><c>signet credential new</c>: a random secret, shown once, and its hash for the configuration. Nothing is stored.</summary>
internal sealed class CredentialNewCommand : Command
{
    /// <summary>Random bytes of a secret: 256 bits.</summary>
    private const int SecretBytes = 32;

    private readonly CommandContext _context;
    private readonly Argument<string> _name = new("NAME") { Description = "Name of the credential, as grants refer to it" };
    private readonly Option<bool> _json = new("--json") { Description = "Name, secret and hash as JSON" };

    /// <summary>Creates the command.</summary>
    public CredentialNewCommand(CommandContext context)
        : base("new", "Make a secret, show it once, and print the lines for the configuration. Nothing is stored")
    {
        _context = context;
        Add(_name);
        Add(_json);
        context.Handle(this, (arguments, _) => Task.FromResult(Run(arguments)));
    }

    private int Run(ParseResult arguments)
    {
        var name = arguments.GetRequiredValue(_name);
        CheckName(name);
        var secret = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes));
        var hash = Argon2idHash.Create(Encoding.UTF8.GetBytes(secret)).ToString();
        if (arguments.GetValue(_json))
        {
            _context.Terminal.Output.WriteLine(JsonLine.Of(("name", name), ("secret", secret), ("hash", hash)));
            return ExitCode.Ok;
        }

        _context.Terminal.Output.WriteLine(
            $"""
            Put this into Jenkins. The secret is shown this once and stored nowhere:

              name:   {name}
              secret: {secret}

            Put these lines into signet.yaml, then run: signet config reload

            credentials:
              - name: {name}
                secret: "{hash}"
            """);
        return ExitCode.Ok;
    }

    private static void CheckName(string name)
    {
        if (!NameRule.IsName(name))
        {
            throw new CommandException(ExitCode.Invalid, $"The name of a credential is {NameRule.NameDescription}.");
        }
    }
}
