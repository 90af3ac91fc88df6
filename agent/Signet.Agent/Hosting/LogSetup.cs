using NLog;
using NLog.Config;
using NLog.Targets;
using NLogLevel = NLog.LogLevel;

namespace Signet.Agent.Hosting;

/// <summary>Where the agent's log goes: to the console, which a service manager keeps, and to a file a day.</summary>
internal static class LogSetup
{
    private const int KeptFiles = 30;

    // Nobody who names a job or a file may write lines of their own into the log.
    private const string Line =
        "${date:universalTime=true:format=yyyy-MM-dd'T'HH\\:mm\\:ss.fff'Z'} ${pad:padding=-5:inner=${level:uppercase=true}} "
        + "${logger:shortName=true}: ${replace-newlines:replacement= | :inner=${message}}";

    private const string Exception = "${onexception:inner=${newline}${exception:format=tostring}}";

    /// <summary>Sets the log up.</summary>
    /// <param name="directory">Directory of the log files; exists.</param>
    public static LogFactory Create(string directory)
    {
        var configuration = new LoggingConfiguration();
        configuration.AddRule(NLogLevel.Info, NLogLevel.Fatal, new ConsoleTarget("console") { Layout = Line });
        configuration.AddRule(NLogLevel.Info, NLogLevel.Fatal, new FileTarget("file")
        {
            FileName = Path.Combine(directory, "signet.log"),
            ArchiveEvery = FileArchivePeriod.Day,
            MaxArchiveFiles = KeptFiles,
            KeepFileOpen = true,
            AutoFlush = true,
            Layout = Line + Exception,
        });
        return new LogFactory { Configuration = configuration };
    }
}
