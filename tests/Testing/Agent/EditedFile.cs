using Signet.Protocol.V1;

namespace Signet.Testing.Agent;

/// <summary>Applies edits, as a client has to.</summary>
public static class EditedFile
{
    /// <summary>The file after all edits.</summary>
    public static byte[] Apply(byte[] original, IEnumerable<Edit> edits)
    {
        using var result = new MemoryStream(original.Length + 16 * 1024);
        using var source = new MemoryStream(original, writable: false);
        Apply(source, edits, result);
        return result.ToArray();
    }

    /// <summary>Copies a file with all edits applied; memory does not grow with it.</summary>
    /// <param name="original">Can seek.</param>
    /// <param name="edits">In ascending order of offset.</param>
    /// <param name="result">Gets the new content.</param>
    public static void Apply(Stream original, IEnumerable<Edit> edits, Stream result)
    {
        original.Position = 0;
        var last = -1L;
        foreach (var edit in edits)
        {
            // A large insertion comes in parts at one offset, of which only the first removes bytes.
            if (edit.Offset != last || edit.RemovedBytes > 0)
            {
                Copy(original, result, edit.Offset - original.Position);
                original.Position = edit.Offset + edit.RemovedBytes;
            }

            edit.Inserted.WriteTo(result);
            last = edit.Offset;
        }

        original.CopyTo(result);
    }

    private static void Copy(Stream original, Stream result, long count)
    {
        if (count < 0)
        {
            throw new InvalidDataException("The edits overlap or are not in order.");
        }

        var buffer = new byte[64 * 1024];
        while (count > 0)
        {
            var read = original.Read(buffer, 0, (int)Math.Min(buffer.Length, count));
            if (read == 0)
            {
                throw new InvalidDataException("An edit lies behind the end of the file.");
            }

            result.Write(buffer, 0, read);
            count -= read;
        }
    }
}
