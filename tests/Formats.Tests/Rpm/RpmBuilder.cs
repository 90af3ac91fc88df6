using Signet.Testing.Tools;

namespace Signet.Formats.Tests.Rpm;

/// <summary>Makes RPM packages with rpmbuild.</summary>
internal static class RpmBuilder
{
    /// <summary>A small package.</summary>
    public static async Task<byte[]> BuildAsync(string directory, CancellationToken cancellationToken)
    {
        var top = Path.Combine(directory, "rpmbuild");
        Directory.CreateDirectory(top);
        var spec = Path.Combine(top, "signet-test.spec");
        await File.WriteAllTextAsync(
            spec,
            """
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
            echo hello > %{buildroot}/usr/share/signet/a
            %files
            /usr/share/signet/a

            """,
            cancellationToken);
        await ExternalProgram.RunSuccessfullyAsync(
            "rpmbuild", ["--define", $"_topdir {top}", "-bb", spec], cancellationToken,
            environment: new Dictionary<string, string>(StringComparer.Ordinal) { ["HOME"] = top });
        return await File.ReadAllBytesAsync(
            Directory.GetFiles(top, "*.rpm", SearchOption.AllDirectories).Single(), cancellationToken);
    }
}
