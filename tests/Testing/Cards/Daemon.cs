using System.ComponentModel;
using System.Diagnostics;

namespace Signet.Testing.Cards;

/// <summary>A program that runs until it is killed.</summary>
internal sealed class Daemon : IAsyncDisposable
{
    private readonly Process _process;

    private Daemon(Process process) => _process = process;

    /// <summary>Starts it; what it writes is dropped.</summary>
    /// <exception cref="InvalidOperationException">It is not installed.</exception>
    public static Daemon Start(string program, params string[] arguments) => Start(program, arguments, new Dictionary<string, string>());

    /// <summary>Starts it with further variables in its environment.</summary>
    /// <exception cref="InvalidOperationException">It is not installed.</exception>
    public static Daemon Start(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        try
        {
            var process = Process.Start(start)!;
            process.OutputDataReceived += (_, _) => { };
            process.ErrorDataReceived += (_, _) => { };
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            return new Daemon(process);
        }
        catch (Win32Exception exception)
        {
            throw new InvalidOperationException($"{program} cannot be started. Run: dotnet cake --target=Setup", exception);
        }
    }

    /// <summary>Whether it ended by itself.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Kills it.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process.Dispose();
    }
}
