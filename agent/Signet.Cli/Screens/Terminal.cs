using System.Text;
using Spectre.Console;

namespace Signet.Cli.Screens;

/// <summary>
/// Where a command writes: screens and results to standard output, messages to standard error. Colours are used on a
/// terminal alone, and not where <c>NO_COLOR</c> is set or <c>TERM</c> is <c>dumb</c>; what is piped is plain text.
/// </summary>
/// <remarks>Not safe for several threads.</remarks>
internal sealed class Terminal
{
    /// <summary>Width of piped text: wide enough that no line has to wrap for a person's sake.</summary>
    private const int PipedWidth = 240;

    /// <summary>Narrowest screen that is laid out; below it lines wrap.</summary>
    private const int MinWidth = 60;

    private readonly Lazy<TextWriter> _output = new(() => Writer(Console.OpenStandardOutput()));
    private readonly Lazy<TextWriter> _error = new(() => Writer(Console.OpenStandardError()));

    /// <summary>Whether standard output is a terminal that understands control sequences.</summary>
    public bool IsInteractive { get; } = !Console.IsOutputRedirected && !IsDumb;

    /// <summary>Standard output as text, UTF-8, written at once.</summary>
    public TextWriter Output => _output.Value;

    /// <summary>Standard error as text, UTF-8, written at once.</summary>
    public TextWriter Error => _error.Value;

    /// <summary>Columns of the screen.</summary>
    public int Width => IsInteractive ? Math.Max(MinWidth, Size(() => Console.WindowWidth, 100)) : PipedWidth;

    /// <summary>Lines of the screen.</summary>
    public static int Height => Size(() => Console.WindowHeight, 25);

    private bool Coloured => IsInteractive && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    private static bool IsDumb => Environment.GetEnvironmentVariable("TERM") == "dumb";

    /// <summary>Lays something out for standard output and gives its lines, without spaces at their ends.</summary>
    public IReadOnlyList<string> Lines(Action<IAnsiConsole> draw)
    {
        using var text = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = Coloured ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = Coloured ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
            Out = new AnsiConsoleOutput(text),
        });
        console.Profile.Width = Width;
        console.Profile.Capabilities.Unicode = true;
        draw(console);
        return [.. text.ToString().TrimEnd().Split('\n').Select(line => line.TrimEnd())];
    }

    /// <summary>Writes a screen to standard output.</summary>
    public void Show(Action<IAnsiConsole> draw)
    {
        foreach (var line in Lines(draw))
        {
            Output.WriteLine(line);
        }
    }

    private static StreamWriter Writer(Stream stream) =>
        new(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { AutoFlush = true, NewLine = Environment.NewLine };

    private static int Size(Func<int> ask, int otherwise)
    {
        try
        {
            return ask() is > 0 and var size ? size : otherwise;
        }
        catch (IOException)
        {
            return otherwise;
        }
    }
}
