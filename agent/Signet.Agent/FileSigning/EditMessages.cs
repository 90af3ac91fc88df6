using Google.Protobuf;
using Signet.Protocol.V1;

namespace Signet.Agent.FileSigning;

/// <summary>Edits as the protocol carries them: none inserts more than 1 MiB.</summary>
internal static class EditMessages
{
    private const int MaxInsertedBytes = 1 << 20;

    /// <summary>Splits what is larger into several edits at the same offset, of which only the first removes bytes.</summary>
    public static IReadOnlyList<Edit> From(IReadOnlyList<Formats.Edit> edits)
    {
        var messages = new List<Edit>(edits.Count);
        foreach (var edit in edits)
        {
            var rest = edit.Inserted;
            var removed = edit.RemovedBytes;
            do
            {
                var part = rest[..Math.Min(rest.Length, MaxInsertedBytes)];
                rest = rest[part.Length..];
                messages.Add(new Edit
                {
                    Offset = edit.Offset,
                    RemovedBytes = removed,

                    // Nobody writes to an edit once it is made.
                    Inserted = UnsafeByteOperations.UnsafeWrap(part),
                });
                removed = 0;
            }
            while (!rest.IsEmpty);
        }

        return messages;
    }
}
