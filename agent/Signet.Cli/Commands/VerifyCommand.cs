using System.CommandLine;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Signet.Cli.Errors;
using Signet.Cli.Screens.Verify;
using Signet.Formats;

namespace Signet.Cli.Commands;

/// <summary><c>signet verify</c>: who signed files, and whether it holds. It needs no agent.</summary>
internal sealed class VerifyCommand : Command
{
    private readonly CommandContext _context;
    private readonly Option<bool> _json = new("--json") { Description = "One line of JSON a file" };

    private readonly Argument<string[]> _files = new("FILE")
    {
        Description = "Signed files; a signature in a file of its own (FILE.p7s, FILE.sig, FILE.asc, FILE.gpg) is found beside its content",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<string?> _roots = new("--root")
    {
        Description = "PEM file with the trusted roots of signers [those of this system]",
        HelpName = "FILE",
    };

    private readonly Option<string?> _timestampRoots = new("--timestamp-root")
    {
        Description = "PEM file with the trusted roots of timestamp authorities [those of this system]",
        HelpName = "FILE",
    };

    private readonly Option<string?> _signers = new("--signer")
    {
        Description = "PEM file with the certificates of signers whose signatures carry none, as raw ones do",
        HelpName = "FILE",
    };

    private readonly Option<string[]> _openPgpKeys = new("--openpgp-key")
    {
        Description = "File with the public key of an OpenPGP signer, armoured or binary; may be given again",
        HelpName = "FILE",
    };

    /// <summary>Creates the command.</summary>
    public VerifyCommand(CommandContext context)
        : base("verify", "Show who signed files and when. Ends with 0 if every signature holds, 2 if not")
    {
        _context = context;
        Add(_files);
        Add(_roots);
        Add(_timestampRoots);
        Add(_signers);
        Add(_openPgpKeys);
        Add(_json);
        context.Handle(this, RunAsync);
    }

    private async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var trust = new TrustAnchors
        {
            SigningRoots = ReadRoots(arguments.GetValue(_roots)),
            TimestampRoots = ReadRoots(arguments.GetValue(_timestampRoots)),
            SignerCertificates = ReadRoots(arguments.GetValue(_signers)),
            OpenPgpKeys = [.. (arguments.GetValue(_openPgpKeys) ?? []).Select(ReadKey)],
            Now = _context.Time.GetUtcNow(),
        };
        // Each file gets its verdict, whatever the one before it was; the worst makes the exit code.
        var worst = ExitCode.Ok;
        foreach (var file in arguments.GetValue(_files)!)
        {
            try
            {
                worst = Math.Max(worst, await VerifyAsync(file, trust, arguments.GetValue(_json), cancellationToken));
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                worst = Math.Max(worst, _context.Report(exception));
            }
        }

        return worst;
    }

    private async Task<int> VerifyAsync(string file, TrustAnchors trust, bool json, CancellationToken cancellationToken)
    {
        var all = true;
        foreach (var verified in await FileVerification.VerifyAsync(file, trust, cancellationToken))
        {
            all &= verified.Report.Holds;
            if (json)
            {
                _context.Terminal.Output.WriteLine(VerificationJson.Of(verified));
            }
            else
            {
                _context.Terminal.Show(console => VerificationScreen.Draw(console, verified));
            }
        }

        return all ? ExitCode.Ok : ExitCode.Refused;
    }

    private static ReadOnlyMemory<byte> ReadKey(string path) => File.ReadAllBytes(path);

    private static X509Certificate2Collection? ReadRoots(string? path)
    {
        if (path is null)
        {
            return null;
        }

        var roots = new X509Certificate2Collection();
        try
        {
            roots.ImportFromPemFile(path);
        }
        catch (CryptographicException exception)
        {
            throw new CommandException(ExitCode.Invalid, $"{path} cannot be read as PEM certificates.", exception);
        }

        return roots.Count > 0 ? roots : throw new CommandException(ExitCode.Invalid, $"{path} holds no PEM certificate.");
    }
}
