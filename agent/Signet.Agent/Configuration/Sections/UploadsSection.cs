using Signet.Agent.Configuration.Reading;

namespace Signet.Agent.Configuration.Sections;

/// <summary>Reads <c>uploads</c>.</summary>
internal static class UploadsSection
{
    /// <summary>Reads the section; the defaults where there is none.</summary>
    public static UploadConfiguration Read(SectionReader root)
    {
        var usual = new UploadConfiguration();
        return root.Section("uploads", ConfigurationSchema.Uploads) is not { } section ? usual : new UploadConfiguration
        {
            LeastRateBytes = section.SizeBytes("leastRate", 1, 1L << 30, usual.LeastRateBytes),
            Measured = section.Duration("measured", TimeSpan.FromSeconds(1), TimeSpan.FromHours(1), usual.Measured),
            Longest = section.Duration("longest", TimeSpan.FromSeconds(1), TimeSpan.FromDays(30), usual.Longest),
        };
    }
}
