using System.Buffers.Binary;

namespace Signet.LargeFiles.Samples;

/// <summary>A cabinet with a hole between its blocks and its end.</summary>
internal static class SparseCabinet
{
    private const int CabinetSize = 8;

    /// <summary>Writes one; its header says how long it is.</summary>
    public static void Write(FileStream file, long bytes)
    {
        var cabinet = Seed.Read("cab");
        BinaryPrimitives.WriteUInt32LittleEndian(cabinet.AsSpan(CabinetSize), (uint)bytes);
        file.Write(cabinet);
        file.SetLength(bytes);
    }
}
