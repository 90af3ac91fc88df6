using System.Security.Cryptography;

namespace Signet.Cli.Pins;

/// <summary>
/// A PIN while it is typed: UTF-8 bytes in memory that the garbage collector never moves, so that no copy stays behind.
/// Zeroed when it is disposed.
/// </summary>
/// <remarks>Not safe for several threads. A string would do none of this: it can neither be zeroed nor pinned down.</remarks>
internal sealed class PinBuffer : IDisposable
{
    /// <summary>Longest PIN or password in bytes.</summary>
    public const int MaxBytes = 1024;

    private readonly byte[] _bytes = GC.AllocateArray<byte>(MaxBytes, pinned: true);

    /// <summary>How many bytes it holds.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a byte; false where no more fits.</summary>
    public bool TryAdd(byte value)
    {
        if (Count == MaxBytes)
        {
            return false;
        }

        _bytes[Count++] = value;
        return true;
    }

    /// <summary>Removes the last character with all its bytes; nothing happens where there is none.</summary>
    public void RemoveLast()
    {
        var continued = true;
        while (continued && Count > 0)
        {
            Count--;
            continued = (_bytes[Count] & 0xC0) == 0x80;
            _bytes[Count] = 0;
        }
    }

    /// <summary>Removes all.</summary>
    public void Clear()
    {
        CryptographicOperations.ZeroMemory(_bytes);
        Count = 0;
    }

    /// <summary>A copy of exactly the right length, pinned too; whoever gets it zeroes it.</summary>
    public byte[] ToPinnedArray()
    {
        var copy = GC.AllocateUninitializedArray<byte>(Count, pinned: true);
        _bytes.AsSpan(0, Count).CopyTo(copy);
        return copy;
    }

    /// <summary>Zeroes it.</summary>
    public void Dispose() => Clear();
}
