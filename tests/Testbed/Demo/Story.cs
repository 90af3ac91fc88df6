using System.Text;
using Signet.Testing.Tools;

namespace Signet.Testbed.Demo;

/// <summary>Tells the demo step by step: what is done, the command, and what it printed.</summary>
internal sealed class Story(TextWriter output)
{
    private const string Bold = "\u001b[1m";
    private const string Faint = "\u001b[2m";
    private const string Plain = "\u001b[0m";

    private readonly StringBuilder _text = new();
    private readonly bool _styled = !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("NO_COLOR") is null or "";
    private int _step;

    /// <summary>Everything that was told, without styles.</summary>
    public string Text => _text.ToString();

    /// <summary>Starts a step.</summary>
    public void Step(string title)
    {
        _step++;
        Write(string.Empty);
        Write($"{_step,2}. {title}", Bold);
        Write("    " + new string('-', title.Length));
    }

    /// <summary>Says something.</summary>
    public void Say(string text) => WriteIndented(text, string.Empty);

    /// <summary>Shows a command and what it printed, and checks how it ended.</summary>
    /// <param name="command">The command as a person would type it.</param>
    /// <param name="result">What it did.</param>
    /// <param name="expected">The exit code that the demo stands on.</param>
    /// <exception cref="DemoException">It ended otherwise.</exception>
    public void Show(string command, ProgramResult result, int expected = 0)
    {
        WriteIndented("$ " + command, Bold);
        WriteIndented(result.All.TrimEnd(), Faint);
        if (expected != 0 || result.ExitCode != 0)
        {
            WriteIndented($"(exit code {result.ExitCode})", Faint);
        }

        if (result.ExitCode != expected)
        {
            throw new DemoException($"'{command}' ended with {result.ExitCode}, and {expected} was expected.");
        }
    }

    private void WriteIndented(string text, string style)
    {
        foreach (var line in text.Split('\n'))
        {
            Write("    " + line.TrimEnd('\r'), style);
        }
    }

    private void Write(string line, string style = "")
    {
        _text.Append(line.TrimEnd()).Append('\n');
        output.WriteLine(_styled && style.Length > 0 ? style + line + Plain : line.TrimEnd());
        output.Flush();
    }
}

/// <summary>The demo did not go as it has to.</summary>
internal sealed class DemoException(string message) : Exception(message);
