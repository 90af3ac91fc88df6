using Signet.Tokens.Host;

namespace Signet.Tokens.Supervision;

/// <summary>How a TokenSupervisor starts its token host, and how long it waits for it.</summary>
public sealed record TokenHostLaunch
{
    /// <summary>
    /// What the host serves and to whom. The agent hands it over through the host's standard input, so that the host never
    /// serves anything but what the agent has loaded.
    /// </summary>
    public required TokenHostOptions Options { get; init; }

    /// <summary>The program to start.</summary>
    public required string Executable { get; init; }

    /// <summary>Its arguments. They are visible to every account, so no secret may be among them.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>
    /// Variables that are added to what <see cref="HostEnvironment"/> lets through from the agent's own environment.
    /// </summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Name of the token in the configuration.</summary>
    public string Name => Options.Name;

    /// <summary>Longest time for one operation on the token.</summary>
    public TimeSpan CallDeadline => Options.CallDeadline;

    /// <summary>How long the host may take from its start to its first answer.</summary>
    public TimeSpan StartDeadline { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the host may take to answer Health, for which it makes no native call.</summary>
    public TimeSpan HealthDeadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Pause between two Health calls.</summary>
    public TimeSpan HealthInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>First pause before a host that ended is started again; it doubles up to <see cref="LongestRestartPause"/>.</summary>
    public TimeSpan FirstRestartPause { get; init; } = TimeSpan.FromSeconds(0.1);

    /// <summary>Longest pause before a host that ended is started again.</summary>
    public TimeSpan LongestRestartPause { get; init; } = TimeSpan.FromSeconds(1);
}
