using System.Diagnostics;
using Grpc.Net.Client;
using Microsoft.Extensions.Logging;
using Signet.Protocol.Local;
using Signet.Protocol.V1;
using Signet.Tokens.Host;

namespace Signet.Tokens.Supervision;

/// <summary>One token host process from its start to its end, and the channel to it.</summary>
/// <remarks>Safe for use by several threads at once.</remarks>
internal sealed class HostConnection : IAsyncDisposable
{
    private static readonly TimeSpan EndGrace = TimeSpan.FromSeconds(5);

    private readonly Lock _telling = new();
    private readonly Lock _opening = new();
    private readonly Process _process;
    private readonly GrpcChannel _channel;
    private readonly ILogger _logger;
    private readonly Task _output;
    private SignatureStream? _signatures;

    private HostConnection(Process process, GrpcChannel channel, ILogger logger)
    {
        _process = process;
        _channel = channel;
        _logger = logger;
        Client = new TokenHost.TokenHostClient(channel);
        ProcessId = process.Id;
        _output = Task.WhenAll(ForwardAsync(process.StandardError), ForwardAsync(process.StandardOutput));
    }

    /// <summary>Calls to the host.</summary>
    public TokenHost.TokenHostClient Client { get; }

    /// <summary>Where its signatures come from; opened anew where it has ended.</summary>
    /// <exception cref="ObjectDisposedException">This connection is over.</exception>
    public SignatureStream Signatures
    {
        get
        {
            lock (_opening)
            {
                if (_signatures is not { HasEnded: false })
                {
                    _signatures?.Dispose();
                    _signatures = new SignatureStream(Client);
                }

                return _signatures;
            }
        }
    }

    /// <summary>Id of the process.</summary>
    public int ProcessId { get; }

    /// <summary>Starts a host. It is not served yet when this returns.</summary>
    /// <param name="launch">What to start.</param>
    /// <param name="options">What it serves and to whom.</param>
    /// <param name="logger">Gets what the host logs.</param>
    /// <exception cref="System.ComponentModel.Win32Exception">The program cannot be started.</exception>
    public static HostConnection Start(TokenHostLaunch launch, TokenHostOptions options, ILogger logger)
    {
        var start = new ProcessStartInfo(launch.Executable, launch.Arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            CreateNoWindow = true,
        };
        start.Environment.Clear();
        foreach (var (name, value) in HostEnvironment.For(Environment.GetEnvironmentVariables(), launch.Environment))
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start) ?? throw new InvalidOperationException($"{launch.Executable} did not start.");
        var host = new HostConnection(process, LocalChannel.Connect(options.SocketPath, process.Id), logger);
        host.Tell(options);
        return host;
    }

    /// <summary>Hands over what the host serves and to whom: at its start, and again where that changed.</summary>
    public void Tell(TokenHostOptions options)
    {
        try
        {
            lock (_telling)
            {
                _process.StandardInput.WriteLine(TokenHostInput.Line(options));
                _process.StandardInput.Flush();
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // It has ended, which is noticed elsewhere; the next one is told at its start.
        }
    }

    /// <summary>Completes when the process has ended.</summary>
    public Task WaitForExitAsync(CancellationToken cancellationToken) => _process.WaitForExitAsync(cancellationToken);

    /// <summary>How it ended, in words; empty while it runs.</summary>
    public string DescribeEnd() => _process.HasExited ? $"process {ProcessId} ended with code {_process.ExitCode}" : string.Empty;

    /// <summary>Ends it at once, without giving it a chance to act.</summary>
    public void Kill()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (Exception exception) when (exception is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            // It ended by itself in the meantime.
        }
    }

    /// <summary>Closes its standard input, which ends it; kills it where that does not help.</summary>
    public async Task EndAsync()
    {
        _process.StandardInput.Close();
        using var grace = new CancellationTokenSource(EndGrace);
        try
        {
            await _process.WaitForExitAsync(grace.Token);
        }
        catch (OperationCanceledException)
        {
            _logger.LogWarning("Token host {Process} does not end; it is killed", ProcessId);
            Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
        }
    }

    /// <summary>Kills it if it runs, and lets go of it.</summary>
    public async ValueTask DisposeAsync()
    {
        Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        await _output;
        _channel.Dispose();
        _process.Dispose();
    }

    private async Task ForwardAsync(StreamReader reader)
    {
        try
        {
            while (await reader.ReadLineAsync() is { } line)
            {
                _logger.Log(LevelOf(line), "Token host {Process}: {Line}", ProcessId, line);
            }
        }
        catch (IOException)
        {
            // The pipe broke with the process.
        }
    }

    // The prefixes of .NET's simple console format
    private static LogLevel LevelOf(string line) => line switch
    {
        _ when line.StartsWith("crit", StringComparison.Ordinal) => LogLevel.Critical,
        _ when line.StartsWith("fail", StringComparison.Ordinal) => LogLevel.Error,
        _ when line.StartsWith("warn", StringComparison.Ordinal) => LogLevel.Warning,
        _ when line.StartsWith("dbug", StringComparison.Ordinal) => LogLevel.Debug,
        _ => LogLevel.Information,
    };
}
