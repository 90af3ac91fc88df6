using System.Diagnostics;
using System.Text;
using Signet.Testing.Agent;
using Signet.Testing.Tools;

namespace Signet.Cli.Tests.Terminals;

/// <summary>
/// <c>signet</c> in a real pseudo-terminal, which util-linux' script(1) makes: what a person types goes in, and all that
/// the person would see comes out, the terminal's own echo included.
/// </summary>
internal sealed class TerminalSession : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _shown = new();
    private readonly Task _reading;

    private TerminalSession(Process process)
    {
        _process = process;
        _reading = ReadAsync();
    }

    /// <summary>Everything that was shown so far.</summary>
    public string Shown
    {
        get
        {
            lock (_shown)
            {
                return _shown.ToString();
            }
        }
    }

    /// <summary>Process id of script(1); <c>signet</c> is below it.</summary>
    public int Id => _process.Id;

    public static TerminalSession Start(
        IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var command = string.Join(' ', new[] { SignetCommand.Executable }.Concat(arguments).Select(Quote));
        // 100 columns, as a usual window; the shell's exec makes the exit code signet's own.
        var start = new ProcessStartInfo("script", ["-qefc", $"stty cols 100 rows 50; exec {command}", "/dev/null"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["TERM"] = "xterm-256color";
        start.Environment.Remove("NO_COLOR");
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        return new TerminalSession(Process.Start(start)!);
    }

    /// <summary>Waits until a text is shown.</summary>
    public Task WaitForAsync(string text, CancellationToken cancellationToken) => Eventually.TrueAsync(
        () => Task.FromResult(Shown.Contains(text, StringComparison.Ordinal)), $"'{text}' in:\n{Shown}", cancellationToken,
        TimeSpan.FromSeconds(30));

    /// <summary>Types: letters, and control keys as their characters.</summary>
    public async Task TypeAsync(string keys, CancellationToken cancellationToken)
    {
        await _process.StandardInput.BaseStream.WriteAsync(Encoding.UTF8.GetBytes(keys), cancellationToken);
        await _process.StandardInput.BaseStream.FlushAsync(cancellationToken);
    }

    /// <summary>Waits for the end.</summary>
    /// <returns>The exit code of <c>signet</c>.</returns>
    public async Task<int> WaitForExitAsync(CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken);
        await _reading.WaitAsync(cancellationToken);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process.Dispose();
    }

    private static string Quote(string argument) => "'" + argument.Replace("'", "'\\''", StringComparison.Ordinal) + "'";

    private async Task ReadAsync()
    {
        var buffer = new char[1024];
        int count;
        while ((count = await _process.StandardOutput.ReadAsync(buffer)) > 0)
        {
            lock (_shown)
            {
                _shown.Append(buffer, 0, count);
            }
        }
    }
}
