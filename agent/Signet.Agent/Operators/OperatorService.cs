using Grpc.Core;
using Signet.Agent.Keys;
using Signet.Agent.Requests;
using Signet.Agent.Services;
using Signet.Agent.Storage;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;

namespace Signet.Agent.Operators;

/// <summary>What operators call on the local socket. Each call says first who may make it.</summary>
internal sealed class OperatorService(
    OperatorAccess access,
    StatusBuilder statusBuilder,
    TokenSet tokens,
    KeyRing keys,
    RequestDecisions decisions,
    LedgerQueries ledger,
    ConfigurationReloads configuration,
    OpenPgpExports openPgp,
    IAgentStore store,
    Stopping stopping) : Operator.OperatorBase
{
    private const int DefaultRequests = 50;
    private const int MaxRequests = 1000;

    private static readonly TimeSpan StatusPeriod = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public override async Task<GetStatusResponse> GetStatus(GetStatusRequest request, ServerCallContext context)
    {
        await access.RequireReaderAsync(context);
        return new GetStatusResponse { Status = await statusBuilder.BuildAsync(context.CancellationToken) };
    }

    /// <inheritdoc/>
    public override async Task WatchStatus(
        WatchStatusRequest request, IServerStreamWriter<WatchStatusResponse> responseStream, ServerCallContext context)
    {
        await access.RequireReaderAsync(context);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, stopping.Token);
        try
        {
            await WatchAsync(responseStream, ending.Token);
        }
        catch (OperationCanceledException) when (stopping.Token.IsCancellationRequested)
        {
            throw new SigningException(ErrorReason.ShuttingDown, "The agent is stopping.");
        }
    }

    /// <inheritdoc/>
    public override async Task<ListRequestsResponse> ListRequests(ListRequestsRequest request, ServerCallContext context)
    {
        await access.RequireOperatorAsync(context);
        var query = new RequestQuery
        {
            States = [.. request.States],
            JobFullName = request.JobFullName.Length > 0 ? request.JobFullName : null,
            Limit = Limits.Of(request.Limit, DefaultRequests, MaxRequests),
        };
        var response = new ListRequestsResponse();
        response.Requests.AddRange(await store.ReadAsync(
            reader => reader.ListRequests(query).Select(found => RequestViews.ToDetail(reader, found)).ToList(),
            context.CancellationToken));
        return response;
    }

    /// <inheritdoc/>
    public override async Task<GetRequestResponse> GetRequest(GetRequestRequest request, ServerCallContext context)
    {
        await access.RequireOperatorAsync(context);
        RequestChecks.CheckRequestId(request.RequestId);
        var detail = await store.ReadAsync(
            reader => reader.FindRequest(request.RequestId) is { } found ? RequestViews.ToFullDetail(reader, found) : null,
            context.CancellationToken)
            ?? throw new SigningException(ErrorReason.UnknownRequest, $"There is no request {request.RequestId}.");
        detail.Key = keys.OfProfile(detail.Request.Profile);
        return new GetRequestResponse { Request = detail };
    }

    /// <inheritdoc/>
    public override async Task<ApproveRequestResponse> ApproveRequest(
        ApproveRequestRequest request, ServerCallContext context)
    {
        var account = await access.RequireOperatorAsync(context);
        return new ApproveRequestResponse
        {
            Request = await decisions.ApproveAsync(
                request.RequestId, request.ManifestSha256.ToByteArray(), account, request.Comment, context.CancellationToken),
        };
    }

    /// <inheritdoc/>
    public override async Task<DenyRequestResponse> DenyRequest(DenyRequestRequest request, ServerCallContext context)
    {
        var account = await access.RequireOperatorAsync(context);
        return new DenyRequestResponse
        {
            Request = await decisions.DenyAsync(request.RequestId, account, request.Reason, context.CancellationToken),
        };
    }

    /// <inheritdoc/>
    public override async Task SearchLedger(
        SearchLedgerRequest request, IServerStreamWriter<SearchLedgerResponse> responseStream, ServerCallContext context)
    {
        await access.RequireAuditorAsync(context);
        await ledger.SearchAsync(request, responseStream, context.CancellationToken);
    }

    /// <inheritdoc/>
    public override async Task<VerifyLedgerResponse> VerifyLedger(VerifyLedgerRequest request, ServerCallContext context)
    {
        await access.RequireAuditorAsync(context);
        return await ledger.VerifyAsync(context.CancellationToken);
    }

    /// <inheritdoc/>
    public override async Task ExportLedger(
        ExportLedgerRequest request, IServerStreamWriter<ExportLedgerResponse> responseStream, ServerCallContext context)
    {
        await access.RequireAuditorAsync(context);
        await ledger.ExportAsync(request.FromIndex, responseStream, context.CancellationToken);
    }

    /// <inheritdoc/>
    public override async Task<ProveConsistencyResponse> ProveConsistency(
        ProveConsistencyRequest request, ServerCallContext context)
    {
        await access.RequireAuditorAsync(context);
        return await ledger.ProveConsistencyAsync(request.OldSize, request.NewSize, context.CancellationToken);
    }

    /// <inheritdoc/>
    public override async Task<CheckConfigurationResponse> CheckConfiguration(
        CheckConfigurationRequest request, ServerCallContext context)
    {
        await access.RequireOperatorAsync(context);
        return configuration.Check();
    }

    /// <inheritdoc/>
    public override async Task<ReloadConfigurationResponse> ReloadConfiguration(
        ReloadConfigurationRequest request, ServerCallContext context)
    {
        var account = await access.RequireOperatorAsync(context);
        return await configuration.ReloadAsync(account);
    }

    /// <inheritdoc/>
    public override async Task<ExportOpenPgpKeyResponse> ExportOpenPgpKey(
        ExportOpenPgpKeyRequest request, ServerCallContext context)
    {
        var account = await access.RequireOperatorAsync(context);
        return await openPgp.ExportAsync(account, request.Key, context.CancellationToken);
    }

    /// <inheritdoc/>
    public override async Task<LockTokensResponse> LockTokens(LockTokensRequest request, ServerCallContext context)
    {
        var account = await access.RequireOperatorAsync(context);
        var locked = tokens.All.Where(token => request.Token.Length == 0 || token.Name == request.Token).ToList();
        if (locked.Count == 0)
        {
            throw new SigningException(
                ErrorReason.InvalidRequest, $"The agent has no token '{request.Token}'. It has: {Names()}.");
        }

        // Locking comes first: where the ledger cannot be written, a lock must work all the same.
        await Task.WhenAll(locked.Select(token => token.LockAsync(account, context.CancellationToken)));
        var record = OperatorRecords.Locked(account, [.. locked.Select(token => token.Name)]);
        await store.CommitAsync(transaction => transaction.Append(record), CancellationToken.None);
        var denied = request.Token.Length == 0
            ? await decisions.DenyAllAsync(account, $"{account} stopped all signing (signet lock --all).")
            : 0;
        return new LockTokensResponse { Tokens = { locked.Select(token => token.Status) }, DeniedRequests = denied };
    }

    private string Names() => string.Join(", ", tokens.All.Select(token => token.Name));

    private async Task WatchAsync(IServerStreamWriter<WatchStatusResponse> responses, CancellationToken cancellationToken)
    {
        using var changed = new SemaphoreSlim(1);
        tokens.Changed += OnChanged;
        try
        {
            AgentStatus? shown = null;
            while (true)
            {
                // A token's change is shown at once, all else when the period ends.
                await changed.WaitAsync(StatusPeriod, cancellationToken);
                var status = await statusBuilder.BuildAsync(cancellationToken);
                if (shown is null || !SameButTime(shown, status))
                {
                    await responses.WriteAsync(new WatchStatusResponse { Status = status }, cancellationToken);
                    shown = status;
                }
            }
        }
        finally
        {
            tokens.Changed -= OnChanged;
        }

        void OnChanged(object? sender, EventArgs arguments)
        {
            try
            {
                changed.Release();
            }
            catch (ObjectDisposedException)
            {
                // The watch ended while a token changed.
            }
        }
    }

    private static bool SameButTime(AgentStatus left, AgentStatus right)
    {
        var copy = left.Clone();
        copy.At = right.At;
        return copy.Equals(right);
    }
}
