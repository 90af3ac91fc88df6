namespace Signet.Formats.Containers;

/// <summary>Makes one list of edits of two that follow each other.</summary>
public static class EditComposition
{
    /// <summary>The edits that do at once what both do one after the other.</summary>
    /// <param name="length">Length of the original in bytes.</param>
    /// <param name="first">Edits against the original.</param>
    /// <param name="second">Edits against what the first ones leave.</param>
    /// <exception cref="ArgumentException">A list is out of order, overlaps, or reaches behind the end.</exception>
    public static IReadOnlyList<Edit> Compose(long length, IReadOnlyList<Edit> first, IReadOnlyList<Edit> second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        if (first.Count == 0 || second.Count == 0)
        {
            return first.Count == 0 ? second : first;
        }

        var pieces = Apply([new Piece(0, length, default)], first);
        return ToEdits(Apply(pieces, second), length);
    }

    private static List<Piece> Apply(List<Piece> pieces, IReadOnlyList<Edit> edits)
    {
        var source = new Source(pieces);
        var result = new List<Piece>();
        long position = 0;
        foreach (var edit in edits)
        {
            source.Take(edit.Offset - position, result);
            source.Take(edit.RemovedBytes, null);
            position = edit.Offset + edit.RemovedBytes;
            if (!edit.Inserted.IsEmpty)
            {
                result.Add(new Piece(0, edit.Inserted.Length, edit.Inserted));
            }
        }

        source.Take(long.MaxValue, result);
        return result;
    }

    // Between two pieces of the original lies one edit: what is skipped of the original, and what is inserted.
    private static List<Edit> ToEdits(List<Piece> pieces, long length)
    {
        var edits = new List<Edit>();
        var inserted = new List<ReadOnlyMemory<byte>>();
        long reached = 0;
        foreach (var piece in pieces.Append(new Piece(length, 0, default)))
        {
            if (!piece.Inserted.IsEmpty)
            {
                inserted.Add(piece.Inserted);
                continue;
            }

            if (piece.Source != reached || inserted.Count > 0)
            {
                edits.Add(new Edit(reached, piece.Source - reached, Join(inserted)));
                inserted.Clear();
            }

            reached = piece.Source + piece.Length;
        }

        return edits;
    }

    private static ReadOnlyMemory<byte> Join(List<ReadOnlyMemory<byte>> parts)
    {
        if (parts.Count == 1)
        {
            return parts[0];
        }

        var joined = new byte[parts.Sum(part => part.Length)];
        var at = 0;
        foreach (var part in parts)
        {
            part.Span.CopyTo(joined.AsSpan(at));
            at += part.Length;
        }

        return joined;
    }

    // Inserted is empty for a piece of the original.
    private readonly record struct Piece(long Source, long Length, ReadOnlyMemory<byte> Inserted)
    {
        public (Piece Head, Piece Tail) Split(long at) => Inserted.IsEmpty
            ? (this with { Length = at }, new Piece(Source + at, Length - at, default))
            : (new Piece(0, at, Inserted[..(int)at]), new Piece(0, Length - at, Inserted[(int)at..]));
    }

    private sealed class Source(List<Piece> pieces)
    {
        private readonly Stack<Piece> _left = new(pieces.AsEnumerable().Reverse());

        public void Take(long count, List<Piece>? target)
        {
            if (count < 0)
            {
                throw new ArgumentException("The edits overlap or are out of order.");
            }

            while (count > 0 && _left.TryPop(out var piece))
            {
                if (piece.Length > count)
                {
                    var (head, tail) = piece.Split(count);
                    _left.Push(tail);
                    piece = head;
                }

                target?.Add(piece);
                count -= piece.Length;
            }

            if (count > 0 && count < long.MaxValue / 2)
            {
                throw new ArgumentException("The edits reach behind the end of the file.");
            }
        }
    }
}
