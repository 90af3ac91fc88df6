using System.Diagnostics;
using System.Text;
using Grpc.Core;
using Signet.Protocol.Local;
using Signet.Protocol.V1;
using Signet.Testing.Tools;

namespace Signet.Testing.Agent;

/// <summary>The built agent as a process of its own. Disposing it kills it and everything that it started.</summary>
public sealed class AgentProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly NodeFiles _files;

    private AgentProcess(Process process, NodeFiles files)
    {
        _process = process;
        _files = files;
    }

    /// <summary>Process id.</summary>
    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Exit code of an agent that ended.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>Where controllers connect to.</summary>
    public Uri Address { get; private set; } = new("https://127.0.0.1:0");

    /// <summary>What the agent wrote to its console so far.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    /// <summary>Starts the agent and waits until it answers on its operator socket.</summary>
    /// <param name="files">The node.</param>
    /// <param name="environment">Variables that the agent and its token hosts need.</param>
    /// <param name="cancellationToken">Ends the wait; the agent is killed then.</param>
    public static async Task<AgentProcess> StartAsync(
        NodeFiles files, IReadOnlyDictionary<string, string> environment, CancellationToken cancellationToken)
    {
        var agent = new AgentProcess(Launch(files, environment), files);
        agent._process.OutputDataReceived += agent.Append;
        agent._process.ErrorDataReceived += agent.Append;
        agent._process.BeginOutputReadLine();
        agent._process.BeginErrorReadLine();
        try
        {
            var status = await Eventually.GetAsync(
                () => agent.TryGetStatusAsync(cancellationToken), "answer on the agent's operator socket", cancellationToken);
            agent.Address = new Uri("https://" + status.ListenAddress);
            return agent;
        }
        catch (Exception exception)
        {
            await agent.DisposeAsync();
            throw new InvalidOperationException($"The agent did not start. It wrote:\n{agent.Output}", exception);
        }
    }

    /// <summary>The status, over the operator socket.</summary>
    public async Task<AgentStatus> GetStatusAsync(CancellationToken cancellationToken)
    {
        using var channel = LocalChannel.Connect(_files.OperatorSocket);
        var response = await new Operator.OperatorClient(channel).GetStatusAsync(
            new GetStatusRequest(), cancellationToken: cancellationToken);
        return response.Status;
    }

    /// <summary>Waits until a status is as wanted.</summary>
    public Task<AgentStatus> WaitForStatusAsync(
        Func<AgentStatus, bool> wanted, string what, CancellationToken cancellationToken) =>
        Eventually.GetAsync(
            async () => await TryGetStatusAsync(cancellationToken) is { } status && wanted(status) ? status : null,
            what, cancellationToken);

    /// <summary>Sends SIGKILL to the agent alone; what it started has to notice by itself.</summary>
    public async Task KillAsync(CancellationToken cancellationToken)
    {
        _process.Kill();
        await _process.WaitForExitAsync(cancellationToken);
    }

    /// <summary>Sends SIGTERM and waits for the end.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> StopAsync(CancellationToken cancellationToken)
    {
        await Signal.SendAsync(Id, "TERM", cancellationToken);
        await _process.WaitForExitAsync(cancellationToken);
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

    private static Process Launch(NodeFiles files, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(SignetCommand.Executable, ["serve", "--config", files.Configuration])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return process;
    }

    // Null while the agent is not up yet. One that ended will not come up any more.
    private async Task<AgentStatus?> TryGetStatusAsync(CancellationToken cancellationToken)
    {
        if (_process.HasExited)
        {
            throw new InvalidOperationException($"The agent ended with {_process.ExitCode}.");
        }

        try
        {
            return await GetStatusAsync(cancellationToken);
        }
        catch (RpcException exception) when (exception.StatusCode == StatusCode.Unavailable)
        {
            return null;
        }
    }

    private void Append(object sender, DataReceivedEventArgs line)
    {
        lock (_output)
        {
            _output.AppendLine(line.Data);
        }
    }
}
