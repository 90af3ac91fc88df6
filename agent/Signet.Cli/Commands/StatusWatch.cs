using Signet.Cli.Connection;
using Signet.Cli.Errors;
using Signet.Cli.Screens;
using Signet.Cli.Screens.Status;
using Signet.Protocol.V1;
using Spectre.Console;

namespace Signet.Cli.Commands;

/// <summary>
/// Shows the status again whenever it changes, and goes on over a restart of the agent. Ends with Ctrl+C, or with an
/// error that waiting does not mend.
/// </summary>
/// <param name="context">What commands get.</param>
/// <param name="location">Where the agent is.</param>
/// <param name="json">One line of JSON a status instead of a screen.</param>
internal sealed class StatusWatch(CommandContext context, AgentLocation location, bool json)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Watches until it is cancelled, which is its usual end and needs no message.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await WatchAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Said by the exit code.
        }

        return ExitCode.Cancelled;
    }

    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        using var screen = json ? null : LiveScreen.Open(context.Terminal);
        string? lastOutage = null;
        while (true)
        {
            try
            {
                await foreach (var status in StatusesAsync(cancellationToken))
                {
                    Show(screen, status);
                    lastOutage = null;
                }
            }
            catch (CommandException exception) when (exception.ExitCode == ExitCode.Unreachable)
            {
                if (lastOutage != exception.Message)
                {
                    lastOutage = exception.Message;
                    ShowOutage(screen, exception.Message);
                }
            }

            await Task.Delay(Pause, context.Time, cancellationToken);
        }
    }

    private async IAsyncEnumerable<AgentStatus> StatusesAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var connection = new OperatorConnection(location);
        var stream = connection.ReadAsync(
            "watch the status", (client, options) => client.WatchStatus(new WatchStatusRequest(), options), cancellationToken);
        await foreach (var response in stream)
        {
            yield return response.Status;
        }
    }

    private void Show(LiveScreen? screen, AgentStatus status)
    {
        if (screen is null)
        {
            context.Terminal.Output.WriteLine(ProtocolJson.FormatLine(status));
            return;
        }

        screen.Show(console =>
        {
            StatusScreen.Draw(console, status);
            console.WriteLine();
            console.Write(Sheet.Cell($"as of {Words.Moment(status.At)}; Ctrl+C ends", Sheet.Quiet));
        });
    }

    private void ShowOutage(LiveScreen? screen, string message)
    {
        if (screen is null)
        {
            context.Terminal.Error.WriteLine("signet: " + message.ReplaceLineEndings(" "));
            return;
        }

        screen.Show(console =>
        {
            console.Write(new Text("NOT REACHABLE", Sheet.Bad));
            console.WriteLine();
            foreach (var line in message.Split('\n'))
            {
                console.Write(Sheet.Cell("  " + line));
                console.WriteLine();
            }
        });
    }
}
