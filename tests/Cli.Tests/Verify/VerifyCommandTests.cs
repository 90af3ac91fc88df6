using Signet.Testing.Agent;
using Signet.Testing.Tools;

namespace Signet.Cli.Tests.Verify;

/// <summary><c>signet verify</c> of several files.</summary>
[CancelAfter(60_000)]
public sealed class VerifyCommandTests
{
    [Test]
    public async Task Verify_OfSeveralFiles_GivesEachItsVerdictAndEndsWithTheWorst(CancellationToken cancellationToken)
    {
        using var directory = new TemporaryDirectory();
        var broken = directory.File("broken.cab");
        var missing = directory.File("missing.exe");
        var unsigned = directory.File("unsigned.ps1");
        await File.WriteAllBytesAsync(broken, "MSCF"u8.ToArray(), cancellationToken);
        await File.WriteAllTextAsync(unsigned, "Get-Date\r\n", cancellationToken);

        var result = await SignetCommand.RunAsync(["verify", broken, missing, unsigned], cancellationToken);
        Assert.That(result.ExitCode, Is.EqualTo(ExitCode.Refused), result.All);
        Assert.That(result.Error, Does.Contain("broken.cab").And.Contain("missing.exe"));
        Assert.That(result.Output, Does.Contain("NOT SIGNED").And.Contain("unsigned.ps1"));

        var withoutVerdict = await SignetCommand.RunAsync(["verify", broken, missing], cancellationToken);
        Assert.That(withoutVerdict.ExitCode, Is.EqualTo(ExitCode.Invalid), withoutVerdict.All);
    }
}
