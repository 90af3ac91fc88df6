using System.Threading.Channels;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Signet.Protocol.Errors;
using Signet.Protocol.Local;
using Signet.Protocol.V1;
using Signet.Testing.Tools;

namespace Signet.Cli.Tests.Operators;

/// <summary>
/// A Kestrel on an operator socket that answers with what a test gives it: for the shape of screens alone. That the real
/// agent answers so is for the end-to-end tests to prove.
/// </summary>
internal sealed class OperatorServer : IAsyncDisposable
{
    private readonly TemporaryDirectory? _directory;
    private readonly WebApplication _application;

    private OperatorServer(TemporaryDirectory? directory, string run, WebApplication application, OperatorAnswers answers)
    {
        Answers = answers;
        _directory = directory;
        _application = application;
        Run = run;
    }

    /// <summary>The run directory to give to <c>--run</c>.</summary>
    public string Run { get; }

    public OperatorAnswers Answers { get; }

    /// <summary>Starts it.</summary>
    /// <param name="answers">What it answers with.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <param name="run">The run directory; null for one of its own.</param>
    public static async Task<OperatorServer> StartAsync(
        OperatorAnswers answers, CancellationToken cancellationToken, string? run = null)
    {
        var directory = run is null ? new TemporaryDirectory() : null;
        run ??= directory!.Path;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(answers);
        builder.Services.AddSingleton<ILocalDoor, OwnDoor>();
        builder.WebHost.ListenLocal(Path.Combine(run, "agent.sock"), group: null);
        var application = builder.Build();
        application.MapGrpcService<Service>();
        await application.StartAsync(cancellationToken);
        return new OperatorServer(directory, run, application, answers);
    }

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        _directory?.Dispose();
    }

    private sealed class OwnDoor : ILocalDoor
    {
        public bool Admits(PeerIdentity caller) => caller.IsSelf;

        public Task<SigningException> RefuseAsync(PeerIdentity caller, string method) =>
            Task.FromResult(new SigningException(ErrorReason.NotGranted, $"Account '{caller.Account}' may not {method}."));
    }

    private sealed class Service(OperatorAnswers answers) : Operator.OperatorBase
    {
        public override Task<GetStatusResponse> GetStatus(GetStatusRequest request, ServerCallContext context) =>
            Task.FromResult(new GetStatusResponse { Status = answers.Status });

        public override async Task WatchStatus(
            WatchStatusRequest request, IServerStreamWriter<WatchStatusResponse> responseStream, ServerCallContext context)
        {
            await foreach (var status in answers.Watched.Reader.ReadAllAsync(context.CancellationToken))
            {
                await responseStream.WriteAsync(new WatchStatusResponse { Status = status });
            }
        }

        public override Task<ListRequestsResponse> ListRequests(ListRequestsRequest request, ServerCallContext context)
        {
            answers.Received.Enqueue(request);
            return Task.FromResult(new ListRequestsResponse { Requests = { answers.Requests } });
        }

        public override Task<GetRequestResponse> GetRequest(GetRequestRequest request, ServerCallContext context) =>
            Task.FromResult(new GetRequestResponse { Request = answers.Requests[0] });

        public override Task<LockTokensResponse> LockTokens(LockTokensRequest request, ServerCallContext context)
        {
            answers.Received.Enqueue(request);
            return Task.FromResult(new LockTokensResponse { Tokens = { answers.Status.Tokens } });
        }

        public override Task<ReloadConfigurationResponse> ReloadConfiguration(
            ReloadConfigurationRequest request, ServerCallContext context) => Task.FromResult(answers.Reload);
    }
}

/// <summary>What the server answers with, and what it was asked.</summary>
internal sealed class OperatorAnswers
{
    public AgentStatus Status { get; set; } = Statuses.Ready();

    public Channel<AgentStatus> Watched { get; } = Channel.CreateUnbounded<AgentStatus>();

    public IReadOnlyList<RequestDetail> Requests { get; set; } = [];

    public ReloadConfigurationResponse Reload { get; set; } = new();

    public System.Collections.Concurrent.ConcurrentQueue<object> Received { get; } = new();
}
