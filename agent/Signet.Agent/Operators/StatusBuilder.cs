using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Signet.Agent.Configuration;
using Signet.Agent.FileSigning;
using Signet.Agent.Keys;
using Signet.Agent.Ledger;
using Signet.Agent.Services;
using Signet.Agent.Storage;
using Signet.Agent.Timestamping;
using Signet.Protocol.V1;

namespace Signet.Agent.Operators;

/// <summary>Puts the agent's status together.</summary>
/// <remarks>Safe for use by several threads at once.</remarks>
internal sealed class StatusBuilder(
    ConfigurationHolder configuration,
    ListenAddress listenAddress,
    TokenSet tokens,
    KeyRing keys,
    SignatureCounters counters,
    TimestampClients timestamps,
    IAgentStore store,
    InFlight inFlight,
    TimeProvider time)
{
    private readonly DateTimeOffset _startedAt = time.GetUtcNow();

    /// <summary>The status now.</summary>
    public async Task<AgentStatus> BuildAsync(CancellationToken cancellationToken)
    {
        var current = configuration.Current;
        var status = new AgentStatus
        {
            Version = AgentVersion.Text,
            StartedAt = _startedAt.ToTimestamp(),
            ListenAddress = listenAddress.Text,
            ConfigurationSha256 = ByteString.CopyFrom(current.Sha256),
            ConfigurationLoadedAt = configuration.LoadedAt.ToTimestamp(),
            At = time.GetUtcNow().ToTimestamp(),
        };
        status.Tokens.AddRange(tokens.All.Select(token => token.Status));
        status.Keys.AddRange(keys.All().Select(key => ToStatus(key)));
        status.Profiles.AddRange(current.Profiles.Select(ProfileViews.ToStatus));
        status.TimestampServers.AddRange(timestamps.Status);
        await AddStoredAsync(status, cancellationToken);
        status.Requests.SigningNow = inFlight.Count;
        return status;
    }

    private async Task AddStoredAsync(AgentStatus status, CancellationToken cancellationToken)
    {
        (status.Ledger, status.Requests) = await store.ReadAsync(
            reader => (ReadLedger(reader), new RequestCounts
            {
                Pending = reader.CountRequests(RequestState.Pending),
                Approved = reader.CountRequests(RequestState.Approved),
            }),
            cancellationToken);
        status.Ledger.VerifierKey = store.VerifierKey;
        status.Ledger.Writable = store.IsWritable;
    }

    private static LedgerStatus ReadLedger(IAgentReader reader)
    {
        var size = reader.LedgerSize;
        return new LedgerStatus
        {
            Size = size,
            Checkpoint = reader.LatestCheckpoint ?? string.Empty,
            LastRecordAt = size == 0 ? null : RecordHeader.Read(reader.ReadRecord(size - 1)).Time.ToTimestamp(),
        };
    }

    private KeyStatus ToStatus(KeyView key)
    {
        var name = key.Configuration.Name;
        var (count, last) = counters.Read(name);
        var problem = keys.Problem(key);
        var status = new KeyStatus
        {
            Name = name,
            Token = key.Configuration.TokenName,
            Readiness = ProfileViews.ToReadiness(problem),
            Detail = problem?.Message ?? string.Empty,
            Protection = key.Protection,
            Signatures = count,
            LastSignatureAt = last?.ToTimestamp(),
            Notes = { keys.Notes(key) },
            Certificate = key.Chain.Count > 0 ? CertificateViews.ToStatus(key.Chain[0]) : null,
        };
        if (key.Description is { } description)
        {
            status.Algorithm = description.Algorithm;
            status.SizeBits = description.SizeBits;
            status.Local = description.Local;
            status.Sensitive = description.Sensitive;
            status.AlwaysSensitive = description.AlwaysSensitive;
            status.NeverExtractable = description.NeverExtractable;
            status.AlwaysAuthenticate = description.AlwaysAuthenticate;
        }

        return status;
    }
}
