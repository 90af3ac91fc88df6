using System.Globalization;
using System.Text;

namespace Signet.LargeFiles.Samples;

/// <summary>A Debian package whose data is a hole.</summary>
internal static class SparseDeb
{
    /// <summary>Writes one (deb(5), ar(5)).</summary>
    public static void Write(FileStream file, long bytes)
    {
        file.Write("!<arch>\n"u8);
        WriteHeader(file, "debian-binary", 4);
        file.Write("2.0\n"u8);
        WriteHeader(file, "control.tar", 8);
        file.Write("control\n"u8);
        WriteHeader(file, "data.tar", bytes);
        file.SetLength(file.Position + bytes);
    }

    private static void WriteHeader(FileStream file, string name, long bytes) => file.Write(Encoding.ASCII.GetBytes(
        string.Create(CultureInfo.InvariantCulture, $"{name,-16}{0,-12}{0,-6}{0,-6}{"100644",-8}{bytes,-10}`\n")));
}
