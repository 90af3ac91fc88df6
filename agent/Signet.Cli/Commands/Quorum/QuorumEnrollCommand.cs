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
        Description = "Certificate (PEM or DER) of the RSA key on your own card, with --card-module; without it you choose a passphrase",
        HelpName = "FILE",
    };

    private readonly Option<string?> _cardModule = new("--card-module")
    {
        Description = "PKCS#11 module of your own card, which has to show that it opens what is sealed to its certificate",
        HelpName = "FILE",
    };

    private readonly Option<bool> _finalTry = new("--final-try") { Description = "Go on although one more wrong PIN blocks your own card" };

    private readonly Option<bool> _pinStdin = new("--pin-stdin")
    {
        Description = "Read the passphrase, or the PIN of your own card, from standard input, which must be a pipe or a file: its first line",
    };

    /// <summary>Creates the command.</summary>
    public QuorumEnrollCommand(CommandContext context)
        : base("enroll", "Become able to hold a share, with a passphrase or with the certificate on your own card")
    {
        _context = context;
        _options.AddTo(this);
        Add(_certificate);
        Add(_cardModule);
        Add(_finalTry);
        Add(_pinStdin);
        Validators.Add(result =>
        {
            if (result.GetValue(_certificate) is null != result.GetValue(_cardModule) is null)
            {
                result.AddError("Give --certificate and --card-module together: the card has to show that it opens what is sealed to its certificate.");
            }
        });
        context.Handle(this, RunAsync);
    }

    private async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        CoreDump.Forbid();
        var (token, location) = _options.Read(arguments);
        var socket = location.TokenSocket(token);

        // Whether anybody can enroll at all, before anything is typed.
        await QuorumCalls.WaitAsync(TokenHostClient.GetQuorumAsync(socket, cancellationToken));
        var request = arguments.GetValue(_certificate) is { } file
            ? await QuorumCalls.WaitAsync(EnrollCardAsync(socket, token, Load(file), arguments, cancellationToken))
            : await QuorumCalls.WaitAsync(EnrollPassphraseAsync(socket, token, arguments.GetValue(_pinStdin), cancellationToken));
        _context.Terminal.Output.WriteLine(
            $"Enrolled for token {token}: certificate {Convert.ToHexStringLower(SHA256.HashData(request.Certificate.Span))}");
        return ExitCode.Ok;
    }

    private async Task<EnrollOperatorRequest> EnrollCardAsync(
        string socket, string token, byte[] certificate, ParseResult arguments, CancellationToken cancellationToken)
    {
        var login = new OwnCardLogin(_context.Terminal, arguments.GetValue(_pinStdin), arguments.GetValue(_finalTry));
        using var card = await login.OpenAsync(arguments.GetValue(_cardModule)!, [certificate], cancellationToken);
        using var key = card.KeyOf(certificate)
            ?? throw new CommandException(ExitCode.Refused, "Your own card does not have the key of this certificate. Nothing was changed.");
        return await EnrollAsync(
            socket, token, new EnrollOperatorRequest { Certificate = ByteString.CopyFrom(certificate) }, key, cancellationToken);
    }

    private async Task<EnrollOperatorRequest> EnrollPassphraseAsync(
        string socket, string token, bool fromPipe, CancellationToken cancellationToken)
    {
        var passphrase = await AskAsync(fromPipe, cancellationToken);
        try
        {
            var made = OperatorKey.Create(Environment.UserName, passphrase, _context.Time.GetUtcNow());

            // The key that is sent, as it will be opened one day, and not the one that was just made.
            using var key = made.Open(passphrase)
                ?? throw new CommandException(ExitCode.Fault, "The key that was sealed with this passphrase does not open with it. Nothing was changed.");
            return await EnrollAsync(
                socket, token,
                new EnrollOperatorRequest
                {
                    Certificate = ByteString.CopyFrom(made.Certificate),
                    SealedKey = ByteString.CopyFrom(made.SealedKey),
                },
                key, cancellationToken);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(passphrase);
        }
    }

    // The key opens a text of this process's own before anything is sent, and then one of the token host's.
    private static async Task<EnrollOperatorRequest> EnrollAsync(
        string socket, string token, EnrollOperatorRequest request, RSA key, CancellationToken cancellationToken)
    {
        EnrollmentProof.Demand(request.Certificate.ToByteArray(), key, onCard: request.SealedKey.IsEmpty);
        var asked = await TokenHostClient.EnrollAsync(socket, request, cancellationToken);
        request.Proof = ByteString.CopyFrom(EnrollmentProof.Answer(asked.Challenge.ToByteArray(), key));
        await Order.Enrollment(token).WaitAsync(
            () => TokenHostClient.EnrollAsync(socket, request, cancellationToken), cancellationToken);
        return request;
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

    private async Task<byte[]> AskAsync(bool fromPipe, CancellationToken cancellationToken)
    {
        PinEntry.CheckInput(fromPipe);
        var entry = new PinEntry(_context.Terminal);
        var passphrase = await entry.ReadAsync("A new passphrase for your share: ", fromPipe, cancellationToken);
        if (passphrase.Length < ShortestPassphrase)
        {
            CryptographicOperations.ZeroMemory(passphrase);
            throw new CommandException(ExitCode.Invalid, $"A passphrase has {ShortestPassphrase} characters or more. Nothing was changed.");
        }

        if (!fromPipe)
        {
            var again = await entry.ReadAsync("The same again: ", fromPipe, cancellationToken);
            var same = CryptographicOperations.FixedTimeEquals(passphrase, again);
            CryptographicOperations.ZeroMemory(again);
            if (!same)
            {
                CryptographicOperations.ZeroMemory(passphrase);
                throw new CommandException(ExitCode.Invalid, "The two passphrases differ. Nothing was changed.");
            }
        }

        return passphrase;
    }
}
