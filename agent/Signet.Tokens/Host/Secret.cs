using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Google.Protobuf;

namespace Signet.Tokens.Host;

/// <summary>
/// A PIN or password in one place of memory that the garbage collector does not move and, where the system lets it, that
/// is not swapped to disk. Disposing zeroes it.
/// </summary>
/// <remarks>
/// On its way here the secret was in the kernel's socket buffer, in Kestrel's receive buffers, which
/// <see cref="Signet.Protocol.Local.PinnedBlocks"/> clear, and in the array of the message, which <see cref="TakeFrom"/> zeroes. A copy that
/// the collector made by moving that array in between cannot be reached; it stays in this process, which writes no dump.
/// </remarks>
internal sealed class Secret : IDisposable
{
    private readonly byte[] _bytes;
    private bool _zeroed;

    private Secret(byte[] bytes) => _bytes = bytes;

    /// <summary>The secret, UTF-8. All zeros after <see cref="Dispose"/>.</summary>
    public byte[] Bytes => _zeroed ? throw new ObjectDisposedException(nameof(Secret)) : _bytes;

    /// <summary>Takes the secret out of a message and zeroes it there.</summary>
    public static Secret TakeFrom(ByteString message)
    {
        var bytes = GC.AllocateArray<byte>(message.Length, pinned: true);
        if (OperatingSystem.IsLinux() && bytes.Length > 0)
        {
            // Best effort: an account may be allowed to lock no memory at all.
            _ = mlock(Marshal.UnsafeAddrOfPinnedArrayElement(bytes, 0), (nuint)bytes.Length);
        }

        message.Span.CopyTo(bytes);
        Zero(message);
        return new Secret(bytes);
    }

    /// <summary>Takes over an array in pinned memory; nobody else uses it any more.</summary>
    public static Secret TakeOver(byte[] pinned) => new(pinned);

    /// <summary>Zeroes the bytes behind a message that is not used further.</summary>
    public static void Zero(ByteString message)
    {
        // The host has just parsed this message and owns its array; nobody else sees it change.
        if (MemoryMarshal.TryGetArray(message.Memory, out var segment) && segment.Array is not null)
        {
            CryptographicOperations.ZeroMemory(segment.AsSpan());
        }
    }

    /// <summary>Zeroes the secret.</summary>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_bytes);
        _zeroed = true;
    }

    [DllImport("libc")]
    private static extern int mlock(nint address, nuint length);
}
