using System.CommandLine;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Signet.Cli.Errors;
using Signet.Cli.Pins;
using Signet.Protocol.V1;
using Signet.Tokens.Client;
using Signet.Tokens.Quorum;

namespace Signet.Cli.Commands.Quorum;

/// <summary><c>signet quorum enroll</c>: an operator, in the own account, becomes able to hold a share.</summary>
internal sealed class QuorumEnrollCommand : Command
{
    private const int ShortestPassphrase = 12;

    private readonly CommandContext _context;
    private readonly QuorumOptions _options = new();

    private readonly Option<FileInfo?> _certificate = new("--certificate")
    {
        Description = "Certificate (PEM or DER) of the RSA key on your own card; without it you choose a passphrase",
        HelpName = "FILE",
    };

    private readonly Option<bool> _pinStdin = new("--pin-stdin")
    {
        Description = "Read the passphrase from standard input, which must be a pipe or a file: its first line",
    };

    /// <summary>Creates the command.</summary>
    public QuorumEnrollCommand(CommandContext context)
        : base("enroll", "Become able to hold a share, with a passphrase or with the certificate on your own card")
    {
        _context = context;
        _options.AddTo(this);
        Add(_certificate);
        Add(_pinStdin);
        context.Handle(this, RunAsync);
    }

    private async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        CoreDump.Forbid();
        var (token, location) = _options.Read(arguments);
        var request = arguments.GetValue(_certificate) is { } file
            ? new EnrollOperatorRequest { Certificate = ByteString.CopyFrom(Load(file)) }
            : await MakeKeyAsync(arguments.GetValue(_pinStdin), cancellationToken);
        await TokenHostClient.EnrollAsync(location.TokenSocket(token), request, cancellationToken);
        _context.Terminal.Output.WriteLine(
            $"Enrolled for token {token}: certificate {Convert.ToHexStringLower(SHA256.HashData(request.Certificate.Span))}");
        return ExitCode.Ok;
    }

    private static byte[] Load(FileInfo file)
    {
        try
        {
            using var certificate = X509CertificateLoader.LoadCertificateFromFile(file.FullName);
            return certificate.RawData;
        }
        catch (CryptographicException exception)
        {
            throw new CommandException(ExitCode.Invalid, $"{file.FullName} is no certificate in PEM or DER form.", exception);
        }
    }

    private async Task<EnrollOperatorRequest> MakeKeyAsync(bool fromPipe, CancellationToken cancellationToken)
    {
        PinEntry.CheckInput(fromPipe);
        var entry = new PinEntry(_context.Terminal);
        var passphrase = await entry.ReadAsync("A new passphrase for your share: ", fromPipe, cancellationToken);
        var again = fromPipe ? passphrase : await entry.ReadAsync("The same again: ", fromPipe, cancellationToken);
        try
        {
            if (passphrase.Length < ShortestPassphrase)
            {
                throw new CommandException(ExitCode.Invalid, $"A passphrase has {ShortestPassphrase} characters or more. Nothing was changed.");
            }

            if (!CryptographicOperations.FixedTimeEquals(passphrase, again))
            {
                throw new CommandException(ExitCode.Invalid, "The two passphrases differ. Nothing was changed.");
            }

            var key = OperatorKey.Create(Environment.UserName, passphrase, _context.Time.GetUtcNow());
            return new EnrollOperatorRequest
            {
                Certificate = ByteString.CopyFrom(key.Certificate),
                SealedKey = ByteString.CopyFrom(key.SealedKey),
            };
        }
        finally
        {
            CryptographicOperations.ZeroMemory(passphrase);
            CryptographicOperations.ZeroMemory(again);
        }
    }
}
