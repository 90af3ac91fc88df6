using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.Logging;
using Signet.Agent.Configuration;
using Signet.Tokens.Supervision;

namespace Signet.Agent.Notifying;

/// <summary>Runs the program that is told of requests: without a shell, with the request as JSON on its standard input.</summary>
/// <remarks>Safe for use by several threads at once.</remarks>
internal sealed class NotifyProgram(TimeProvider time, ILogger<NotifyProgram> logger)
{
    private const int MostOutputChars = 2000;

    private static readonly Dictionary<string, string> NoVariables = [];

    /// <summary>Runs it to its end. Its failure is logged.</summary>
    /// <param name="notify">What to run, and how long it may take.</param>
    /// <param name="json">What it reads.</param>
    /// <param name="cancellationToken">Kills it.</param>
    /// <exception cref="System.ComponentModel.Win32Exception">It cannot be started.</exception>
    public async Task RunAsync(NotifyConfiguration notify, string json, CancellationToken cancellationToken)
    {
        using var process = Start(notify);
        using var limit = new CancellationTokenSource(notify.Timeout, time);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var output = ReadAsync(process.StandardOutput, ending.Token);
            var errors = ReadAsync(process.StandardError, ending.Token);
            await WriteAsync(process, json, ending.Token);
            await process.WaitForExitAsync(ending.Token);
            var said = (await output + await errors).Trim();
            if (process.ExitCode != 0)
            {
                logger.LogWarning("Notify: {Program} ended with {ExitCode}: {Output}", notify.Command[0], process.ExitCode, said);
            }
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            logger.LogWarning(
                "Notify: {Program} did not end within {Seconds} s and was killed", notify.Command[0], notify.Timeout.TotalSeconds);
        }
    }

    private static Process Start(NotifyConfiguration notify)
    {
        var start = new ProcessStartInfo(notify.Command[0], notify.Command.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            CreateNoWindow = true,
        };

        // What is meant for tokens is none of its business, and nothing in the agent's environment may steer it.
        start.Environment.Clear();
        foreach (var (name, value) in HostEnvironment.For(Environment.GetEnvironmentVariables(), NoVariables))
        {
            start.Environment[name] = value;
        }

        return Process.Start(start) ?? throw new InvalidOperationException($"{notify.Command[0]} did not start.");
    }

    private static async Task WriteAsync(Process process, string json, CancellationToken cancellationToken)
    {
        try
        {
            await process.StandardInput.WriteLineAsync(json.AsMemory(), cancellationToken);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It reads nothing, which is its own affair.
        }
    }

    private static async Task<string> ReadAsync(StreamReader reader, CancellationToken cancellationToken)
    {
        var kept = new StringBuilder();
        var buffer = new char[1024];
        int count;
        while ((count = await reader.ReadAsync(buffer, cancellationToken)) > 0)
        {
            kept.Append(buffer, 0, Math.Min(count, MostOutputChars - kept.Length));
        }

        return kept.ToString();
    }
}
