using System.CommandLine;
using System.Runtime.InteropServices;
using Signet.Cli.Errors;
using Signet.Cli.Screens;

namespace Signet.Cli.Commands;

/// <summary>What every command gets: where it writes, the clock, and how its work is run.</summary>
/// <param name="terminal">Where it writes.</param>
/// <param name="time">The clock.</param>
internal sealed class CommandContext(Terminal terminal, TimeProvider time)
{
    private const string DebugVariable = "SIGNET_DEBUG";

    /// <summary>Where commands write.</summary>
    public Terminal Terminal { get; } = terminal;

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; } = time;

    /// <summary>
    /// Lets a command run to its end or until Ctrl+C or SIGTERM, and turns an exception into a message on standard error
    /// and an exit code.
    /// </summary>
    /// <param name="command">The command.</param>
    /// <param name="work">What it does; returns the exit code.</param>
    public void Handle(Command command, Func<ParseResult, CancellationToken, Task<int>> work) =>
        command.SetAction((arguments, _) => RunAsync(arguments, work));

    /// <summary>
    /// Lets a command run that serves until it is told to stop, and minds signals itself; exceptions become as with
    /// <see cref="Handle"/>.
    /// </summary>
    /// <param name="command">The command.</param>
    /// <param name="work">What it does; returns the exit code.</param>
    public void HandleService(Command command, Func<ParseResult, CancellationToken, Task<int>> work) =>
        command.SetAction(async (arguments, cancellationToken) =>
        {
            try
            {
                return await work(arguments, cancellationToken);
            }
            catch (Exception exception)
            {
                return Report(exception);
            }
        });

    private async Task<int> RunAsync(ParseResult arguments, Func<ParseResult, CancellationToken, Task<int>> work)
    {
        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        try
        {
            return await work(arguments, stop.Token);
        }
        catch (Exception exception)
        {
            return Report(exception);
        }

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }
    }

    /// <summary>Writes what becomes of an exception on standard error, for a command that goes on.</summary>
    /// <returns>The exit code.</returns>
    public int Report(Exception exception)
    {
        var failure = FailureMap.Of(exception);
        var lines = failure.Message.Split('\n');
        Terminal.Error.WriteLine("signet: " + Words.Safe(lines[0]));
        foreach (var line in lines.Skip(1))
        {
            Terminal.Error.WriteLine("  " + Words.Safe(line));
        }

        if (Environment.GetEnvironmentVariable(DebugVariable) == "1")
        {
            Terminal.Error.WriteLine(exception);
        }

        return failure.ExitCode;
    }
}
