namespace Signet.Formats.WindowsInstaller.Compound;

/// <summary>Says as edits where two pieces of the same length differ.</summary>
internal static class ByteChanges
{
    // Runs of equal bytes up to this length do not end an edit: an edit costs about as much.
    private const int Gap = 16;

    /// <summary>The edits, in ascending order.</summary>
    /// <param name="original">Before.</param>
    /// <param name="changed">After.</param>
    /// <param name="offset">Where the piece lies in the file.</param>
    public static IEnumerable<Edit> Between(ReadOnlyMemory<byte> original, ReadOnlyMemory<byte> changed, long offset)
    {
        var start = -1;
        var end = 0;
        for (var index = 0; index < original.Length; index++)
        {
            if (original.Span[index] == changed.Span[index])
            {
                continue;
            }

            if (start >= 0 && index - end > Gap)
            {
                yield return new Edit(offset + start, end - start, changed[start..end]);
                start = -1;
            }

            start = start < 0 ? index : start;
            end = index + 1;
        }

        if (start >= 0)
        {
            yield return new Edit(offset + start, end - start, changed[start..end]);
        }
    }
}
