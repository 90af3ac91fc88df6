namespace Signet.Cli;

/// <summary>What <c>signet</c> ends with. docs/errors.md has the same table; a number never changes its meaning.</summary>
internal static class ExitCode
{
    /// <summary>Done; of <c>status</c>: everything is ready.</summary>
    public const int Ok = 0;

    /// <summary>Wrong usage, or input that is not valid.</summary>
    public const int Invalid = 1;

    /// <summary>Refused, failed, or does not hold.</summary>
    public const int Refused = 2;

    /// <summary>The agent answers, and something is not ready.</summary>
    public const int NotReady = 3;

    /// <summary>The agent or the token is not reachable.</summary>
    public const int Unreachable = 4;

    /// <summary>A fault of Signet itself.</summary>
    public const int Fault = 5;

    /// <summary>Cancelled with Ctrl+C: 128 and the number of SIGINT, as shells count.</summary>
    public const int Cancelled = 130;
}
