using System.Globalization;
using System.Text;
using Signet.Testing.Tools;

namespace Signet.Formats.Tests.Deb;

/// <summary>Makes Debian packages: small ones by hand, real ones with dpkg-deb.</summary>
internal static class DebBuilder
{
    /// <summary>An archive with these members.</summary>
    public static byte[] Archive(params IEnumerable<(string Name, string Content)> members)
    {
        var bytes = new List<byte>("!<arch>\n"u8.ToArray());
        foreach (var (name, content) in members)
        {
            bytes.AddRange(Encoding.ASCII.GetBytes(string.Create(
                CultureInfo.InvariantCulture, $"{name,-16}{0,-12}{0,-6}{0,-6}{"100644",-8}{content.Length,-10}`\n")));
            bytes.AddRange(Encoding.ASCII.GetBytes(content));
            if (content.Length % 2 != 0)
            {
                bytes.Add((byte)'\n');
            }
        }

        return [.. bytes];
    }

    /// <summary>A package with small members that no dpkg would unpack.</summary>
    public static byte[] Small() => Archive(("debian-binary", "2.0\n"), ("control.tar.xz", "control"), ("data.tar.xz", "data"));

    /// <summary>A real package.</summary>
    public static async Task<byte[]> BuildAsync(string directory, CancellationToken cancellationToken)
    {
        var root = Path.Combine(directory, Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(Path.Combine(root, "DEBIAN"));
        Directory.CreateDirectory(Path.Combine(root, "usr/share/signet"));
        await File.WriteAllTextAsync(Path.Combine(root, "usr/share/signet/a"), "hello\n", cancellationToken);
        await File.WriteAllTextAsync(
            Path.Combine(root, "DEBIAN/control"),
            "Package: signet-test\nVersion: 1.0\nArchitecture: all\nMaintainer: Tests <tests@example.com>\nDescription: test\n",
            cancellationToken);
        await ExternalProgram.RunSuccessfullyAsync("dpkg-deb", ["--root-owner-group", "--build", root, root + ".deb"], cancellationToken);
        return await File.ReadAllBytesAsync(root + ".deb", cancellationToken);
    }
}
