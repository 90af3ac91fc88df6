using Google.Protobuf;
using Signet.Protocol.V1;

namespace Signet.Agent.Storage.Sqlite;

/// <summary>A list of edits in one column: protobuf messages, each with its length before it.</summary>
internal static class EditBlob
{
    /// <summary>Writes the list.</summary>
    public static byte[] Write(IReadOnlyList<Edit> edits)
    {
        var bytes = new byte[edits.Sum(edit => CodedOutputStream.ComputeMessageSize(edit))];
        using var output = new CodedOutputStream(bytes);
        foreach (var edit in edits)
        {
            output.WriteMessage(edit);
        }

        output.CheckNoSpaceLeft();
        return bytes;
    }

    /// <summary>Reads the list.</summary>
    public static IReadOnlyList<Edit> Read(byte[] bytes)
    {
        using var stream = new MemoryStream(bytes);
        var edits = new List<Edit>();
        while (stream.Position < stream.Length)
        {
            edits.Add(Edit.Parser.ParseDelimitedFrom(stream));
        }

        return edits;
    }
}
