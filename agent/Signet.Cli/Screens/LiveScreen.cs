using System.Text;
using Spectre.Console;

namespace Signet.Cli.Screens;

/// <summary>
/// A screen that is drawn again in place, without flicker: on the terminal's second screen (xterm's 1049), so that what
/// was there before comes back at the end. On anything but a terminal, what is shown follows one another.
/// </summary>
/// <remarks>Not safe for several threads.</remarks>
internal sealed class LiveScreen : IDisposable
{
    private const string Enter = "\e[?1049h\e[?25l";
    private const string Leave = "\e[?25h\e[?1049l";
    private const string Home = "\e[H";
    private const string ClearLine = "\e[K";
    private const string ClearRest = "\e[J";

    private readonly Terminal _terminal;

    private LiveScreen(Terminal terminal) => _terminal = terminal;

    /// <summary>Takes the screen until it is disposed.</summary>
    public static LiveScreen Open(Terminal terminal)
    {
        if (terminal.IsInteractive)
        {
            terminal.Output.Write(Enter);
        }

        return new LiveScreen(terminal);
    }

    /// <summary>Draws in place of what is shown; lines beyond the last line of the terminal are counted only.</summary>
    public void Show(Action<IAnsiConsole> draw)
    {
        var lines = _terminal.Lines(draw);
        if (!_terminal.IsInteractive)
        {
            _terminal.Output.WriteLine(string.Join(Environment.NewLine, lines) + Environment.NewLine);
            return;
        }

        var height = Math.Max(2, Terminal.Height);
        var shown = lines.Count <= height ? lines : [.. lines.Take(height - 1), $"... and {lines.Count - height + 1} more lines"];
        var text = new StringBuilder(Home);
        text.AppendJoin(ClearLine + "\r\n", shown).Append(ClearLine).Append(ClearRest);
        _terminal.Output.Write(text);
    }

    /// <summary>Gives the screen back.</summary>
    public void Dispose()
    {
        if (_terminal.IsInteractive)
        {
            _terminal.Output.Write(Leave);
        }
    }
}
