using System.Buffers.Binary;
using System.Text;

namespace Signet.Agent.Hosting;

/// <summary>
/// What a server can say of its own accord before it reads anything of HTTP/2 (RFC 9113): its SETTINGS (section 3.4), and GOAWAY
/// (section 6.8) with the error INADEQUATE_SECURITY (section 7), of which gRPC's clients make PERMISSION_DENIED, and a text.
/// </summary>
internal static class Http2Farewell
{
    private const int HeaderBytes = 9;
    private const int LengthBytes = 3;
    private const byte Settings = 4;
    private const byte GoAway = 7;
    private const uint InadequateSecurity = 0xC;

    /// <summary>To a peer without a client certificate that a controller has.</summary>
    public static ReadOnlyMemory<byte> NoPinnedCertificate { get; } = Make(
        "The client certificate is missing, or is not one of a known controller. Ask the operators of the signing node to add its "
        + "SHA-256 fingerprint.");

    private static byte[] Make(string text)
    {
        var last = new byte[2 * sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(last.AsSpan(sizeof(uint)), InadequateSecurity);
        return [.. Frame(Settings, []), .. Frame(GoAway, [.. last, .. Encoding.ASCII.GetBytes(text)])];
    }

    // Length (24 bits), type, flags, stream 0 (section 4.1)
    private static byte[] Frame(byte type, byte[] payload)
    {
        var frame = new byte[HeaderBytes + payload.Length];
        frame[LengthBytes - 1] = checked((byte)payload.Length);
        frame[LengthBytes] = type;
        payload.CopyTo(frame, HeaderBytes);
        return frame;
    }
}
