using System.Collections.Concurrent;
using System.Globalization;
using Signet.Agent.Access;
using Signet.Agent.Configuration;
using Signet.Agent.Requests;
using Signet.Agent.Storage;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;

namespace Signet.Agent.Rights;

/// <summary>
/// The one place that answers whether a caller has the right to a file of a request now. It is asked when a call begins, while
/// it waits for its caller, before each use of the key, and in the commit that records the signature; nobody keeps its answer.
/// </summary>
/// <remarks>Safe for use by several threads at once. Asks memory alone, so that it can be asked often.</remarks>
internal sealed class SigningRights(AccessGuard guard, ConfigurationHolder configuration, TimeProvider time)
{
    private const int MostCounts = 1000;

    private readonly ConcurrentDictionary<string, int> _fileCounts = new(StringComparer.Ordinal);

    /// <summary>The right to know of a request: certificate, credential and grant.</summary>
    /// <returns>The profile as it is now.</returns>
    /// <exception cref="SigningException">UNAUTHENTICATED or NOT_GRANTED; the inner exception has the refusal for the ledger.</exception>
    public ProfileConfiguration RequireAccess(CallerIdentity caller, StoredRequest request) =>
        guard.Decide(caller, BuildFacts.Of(request.Build), request.Profile).Require();

    /// <summary>The right to a signature: also the request's state and expiry, its approvals, and the limits.</summary>
    /// <param name="caller">Who called.</param>
    /// <param name="request">The request as it is now.</param>
    /// <param name="file">The file; null for one that is not in the manifest, which others refuse.</param>
    /// <returns>The profile as it is now.</returns>
    /// <exception cref="SigningException">What a new call would be told.</exception>
    public ProfileConfiguration Require(CallerIdentity caller, StoredRequest request, StoredFile? file)
    {
        var decision = guard.Decide(caller, BuildFacts.Of(request.Build), request.Profile);
        var profile = decision.Require();
        var approvals = ApprovalCount.Counting(request, profile, decision.Configuration.Operators).Count;
        RequestLifecycle.RequireSignable(request, approvals, time.GetUtcNow());
        ApprovalCount.Require(request, profile, approvals);
        if (file?.SizeBytes > profile.Limits.FileSizeBytes)
        {
            throw new SigningException(ErrorReason.LimitExceeded, string.Create(CultureInfo.InvariantCulture,
                $"File '{file.Name}' has {file.SizeBytes} bytes; profile '{profile.Name}' allows {profile.Limits.FileSizeBytes}."));
        }

        return profile;
    }

    /// <summary>A request with the approvals alone that count now.</summary>
    public StoredRequest WithCountingApprovals(StoredRequest request, ProfileConfiguration profile) => request with
    {
        Approvals = ApprovalCount.Counting(request, profile, configuration.Current.Operators),
    };

    /// <inheritdoc cref="RequireFileCount"/>
    public Task RequireFileCountAsync(
        IAgentStore store, StoredRequest request, ProfileConfiguration profile, CancellationToken cancellationToken) =>
        configuration.LoadedAt < request.CreatedAt ? Task.CompletedTask : store.ReadAsync(
            reader =>
            {
                RequireFileCount(reader, request, profile);
                return true;
            },
            cancellationToken);

    /// <summary>Holds a request that is older than the configuration to its profile's limit of files.</summary>
    /// <param name="reader">Reads the manifest, once for each request.</param>
    /// <param name="request">The request.</param>
    /// <param name="profile">The profile as it is now.</param>
    /// <exception cref="SigningException">LIMIT_EXCEEDED.</exception>
    public void RequireFileCount(IAgentReader reader, StoredRequest request, ProfileConfiguration profile)
    {
        if (configuration.LoadedAt < request.CreatedAt)
        {
            return;
        }

        if (!_fileCounts.TryGetValue(request.RequestId, out var count))
        {
            if (_fileCounts.Count >= MostCounts)
            {
                _fileCounts.Clear();
            }

            count = reader.ListFiles(request.RequestId).Count - (request.Options.Catalog.Length > 0 ? 1 : 0);
            _fileCounts[request.RequestId] = count;
        }

        if (count > profile.Limits.Files)
        {
            throw new SigningException(ErrorReason.LimitExceeded, string.Create(CultureInfo.InvariantCulture,
                $"Request {request.RequestId} has {count} files; profile '{profile.Name}' allows {profile.Limits.Files} since its configuration was changed."));
        }
    }
}
