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
        Description = "Signed files",
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

    /// <summary>Creates the command.</summary>
    public VerifyCommand(CommandContext context)
        : base("verify", "Show who signed files and when. Ends with 0 if every signature holds, 2 if not")
    {
        _context = context;
        Add(_files);
        Add(_roots);
        Add(_timestampRoots);
        Add(_json);
        context.Handle(this, RunAsync);
    }

    private async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var trust = new TrustAnchors
        {
            SigningRoots = ReadRoots(arguments.GetValue(_roots)),
            TimestampRoots = ReadRoots(arguments.GetValue(_timestampRoots)),
            Now = _context.Time.GetUtcNow(),
        };
        var all = true;
        foreach (var file in arguments.GetValue(_files)!)
        {
            var report = await VerifyAsync(file, trust, cancellationToken);
            all &= report.Holds;
            if (arguments.GetValue(_json))
            {
                _context.Terminal.Output.WriteLine(VerificationJson.Of(file, report));
            }
            else
            {
                _context.Terminal.Show(console => VerificationScreen.Draw(console, file, report));
            }
        }

        return all ? ExitCode.Ok : ExitCode.Refused;
    }

    private static async Task<VerificationReport> VerifyAsync(
        string path, TrustAnchors trust, CancellationToken cancellationToken)
    {
        await using var content = new FileStream(
            path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1, FileOptions.Asynchronous | FileOptions.SequentialScan);
        var head = new byte[FormatCatalog.HeadBytes];
        var count = await content.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken);
        try
        {
            var format = FormatCatalog.Default.Find(head.AsSpan(0, count), path);
            content.Position = 0;
            return await format.VerifyAsync(content, trust, cancellationToken);
        }
        catch (SignatureFormatException exception)
        {
            throw new CommandException(ExitCode.Invalid, $"{path}: {exception.Message}", exception);
        }
    }

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
