using Spectre.Console;
using Spectre.Console.Rendering;

namespace Signet.Cli.Screens;

/// <summary>The few forms that all screens are made of: headings, aligned columns without lines, and marks of state.</summary>
internal static class Sheet
{
    private const int ColumnGap = 2;

    /// <summary>Something is well.</summary>
    public static Style Good { get; } = new(Color.Green);

    /// <summary>Somebody has to act, or soon will have to.</summary>
    public static Style Attention { get; } = new(Color.Yellow);

    /// <summary>Something is broken, refused, or does not hold.</summary>
    public static Style Bad { get; } = new(Color.Red, decoration: Decoration.Bold);

    /// <summary>Of lesser weight.</summary>
    public static Style Quiet { get; } = new(Color.Grey);

    /// <summary>A heading.</summary>
    public static Style Strong { get; } = new(decoration: Decoration.Bold);

    /// <summary>Text with no markup in it.</summary>
    public static Text Cell(string text, Style? style = null) => new(Words.Safe(text), style);

    /// <summary>Several lines in one cell.</summary>
    public static IRenderable Cells(params IEnumerable<IRenderable> lines) => new Rows(lines);

    /// <summary>Columns; the last one takes what is left of the width, the others never wrap.</summary>
    /// <param name="count">Number of columns.</param>
    public static Table Columns(int count)
    {
        var table = new Table().NoBorder().HideHeaders();
        for (var index = 0; index < count; index++)
        {
            var last = index == count - 1;
            table.AddColumn(new TableColumn(string.Empty)
            {
                NoWrap = !last,
                Padding = new Padding(0, 0, last ? 0 : ColumnGap, 0),
            });
        }

        return table;
    }

    /// <summary>Adds a named fact to a table of two columns; nothing where there is no value.</summary>
    public static void AddFact(this Table table, string name, string value, Style? style = null)
    {
        if (value.Length > 0)
        {
            table.AddRow(Cell(name, Quiet), Cell(value, style));
        }
    }

    /// <summary>Writes a heading and what belongs to it, behind an empty line; nothing for an empty table.</summary>
    public static void Section(this IAnsiConsole console, string heading, Table content)
    {
        if (content.Rows.Count == 0)
        {
            return;
        }

        console.WriteLine();
        console.Write(new Text(heading, Strong));
        console.WriteLine();
        console.Indent(content);
    }

    /// <summary>Writes something a little to the right.</summary>
    public static void Indent(this IAnsiConsole console, IRenderable content) =>
        console.Write(new Padder(content, new Padding(ColumnGap, 0, 0, 0)));
}
