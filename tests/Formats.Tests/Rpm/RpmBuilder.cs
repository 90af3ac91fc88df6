using Signet.Testing.Tools;

namespace Signet.Formats.Tests.Rpm;

/// <summary>Makes RPM packages with rpmbuild.</summary>
internal static class RpmBuilder
{
    /// <summary>A small package.</summary>
    /// <param name="directory">For its files.</param>
    /// <param name="cancellationToken">Ends the build.</param>
    /// <param name="payload">How the payload is packed, for instance "w9.gzdio"; null for rpmbuild's own choice.</param>
    /// <param name="contents">A file that goes into it; null for a small text.</param>
    /// <param name="source">Whether the source package is built instead.</param>
    public static async Task<byte[]> BuildAsync(
        string directory, CancellationToken cancellationToken, string? payload = null, string? contents = null, bool source = false)
    {
        var top = Path.Combine(directory, Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(top);
        var spec = Path.Combine(top, "signet-test.spec");
        await File.WriteAllTextAsync(
            spec,
            $$"""
            Name: signet-test
            Version: 1.0
            Release: 1
            Summary: test
            License: MIT
            BuildArch: noarch
            %description
            test
            %install
            mkdir -p %{buildroot}/usr/share/signet
            {{(contents is null ? "echo hello >" : $"cp {contents}")}} %{buildroot}/usr/share/signet/a
            %files
            /usr/share/signet/a

            """,
            cancellationToken);
        await ExternalProgram.RunSuccessfullyAsync(
            "rpmbuild",
            [
                "--define", $"_topdir {top}", "--define", $"_binary_payload {payload ?? "w9.gzdio"}", source ? "-bs" : "-bb", spec,
            ],
            cancellationToken,
            environment: new Dictionary<string, string>(StringComparer.Ordinal) { ["HOME"] = top });
        return await File.ReadAllBytesAsync(
            Directory.GetFiles(top, "*.rpm", SearchOption.AllDirectories).Single(), cancellationToken);
    }
}
