using System.Globalization;
using Signet.Testing.Tools;

namespace Signet.Testing.Agent;

/// <summary>Sends a signal to a process, by the shell's own command.</summary>
public static class Signal
{
    /// <param name="processId">The process.</param>
    /// <param name="name">Name without SIG: TERM, KILL, STOP, CONT.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static Task SendAsync(int processId, string name, CancellationToken cancellationToken) =>
        ExternalProgram.RunSuccessfullyAsync(
            "sh", ["-c", "kill -s \"$1\" \"$2\"", "sh", name, processId.ToString(CultureInfo.InvariantCulture)], cancellationToken);
}
