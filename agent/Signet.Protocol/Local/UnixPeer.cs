using System.Buffers.Binary;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Signet.Protocol.Local;

/// <summary>Reads SO_PEERCRED and the user database of Linux.</summary>
[SupportedOSPlatform("linux")]
internal static class UnixPeer
{
    private const int SolSocket = 1;
    private const int SoPeerCred = 17;

    // struct ucred { pid_t pid; uid_t uid; gid_t gid; }, four bytes each
    private const int CredentialBytes = 12;

    private const int Erange = 34;
    private const int LargestEntryBytes = 1 << 20;

    /// <summary>The process at the other end of a Unix socket.</summary>
    /// <exception cref="SocketException">The socket has no such option.</exception>
    /// <exception cref="InvalidDataException">The kernel did not answer with credentials.</exception>
    public static PeerIdentity Read(Socket socket)
    {
        Span<byte> credentials = stackalloc byte[CredentialBytes];
        if (socket.GetRawSocketOption(SolSocket, SoPeerCred, credentials) != CredentialBytes)
        {
            throw new InvalidDataException("SO_PEERCRED gave no credentials.");
        }

        var processId = Read32(credentials);
        var userId = unchecked((uint)Read32(credentials[4..]));
        if (userId == uint.MaxValue)
        {
            // What the kernel answers for a socket that is not connected.
            throw new InvalidDataException("SO_PEERCRED names no user.");
        }

        return new PeerIdentity
        {
            Account = AccountName(userId),
            UserId = userId,
            ProcessId = processId,
            IsSelf = userId == EffectiveUserId(),
        };
    }

    /// <summary>The user id that this process acts as.</summary>
    public static uint EffectiveUserId() => geteuid();

    /// <summary>Name of an account, or <c>#UID</c> where the user database has none.</summary>
    public static string AccountName(uint userId)
    {
        for (var size = 1024; size <= LargestEntryBytes; size *= 4)
        {
            var buffer = Marshal.AllocHGlobal(size);
            try
            {
                var error = getpwuid_r(userId, out var entry, buffer, (nuint)size, out var found);
                if (error == Erange)
                {
                    continue;
                }

                return error == 0 && found != 0 && Marshal.PtrToStringUTF8(entry.Name) is { Length: > 0 } name
                    ? name
                    : $"#{userId}";
            }
            finally
            {
                Marshal.FreeHGlobal(buffer);
            }
        }

        return $"#{userId}";
    }

    private static int Read32(ReadOnlySpan<byte> bytes) => BitConverter.IsLittleEndian
        ? BinaryPrimitives.ReadInt32LittleEndian(bytes)
        : BinaryPrimitives.ReadInt32BigEndian(bytes);

    [DllImport("libc")]
    private static extern uint geteuid();

    [DllImport("libc")]
    private static extern int getpwuid_r(uint uid, out PasswordEntry entry, nint buffer, nuint size, out nint result);

    // struct passwd of glibc and musl on Linux
    [StructLayout(LayoutKind.Sequential)]
    private struct PasswordEntry
    {
        public nint Name;
        public nint Password;
        public uint UserId;
        public uint GroupId;
        public nint Comment;
        public nint Home;
        public nint Shell;
    }
}
