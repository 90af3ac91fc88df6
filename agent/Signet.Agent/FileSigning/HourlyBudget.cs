using System.Globalization;
using Signet.Agent.Configuration;
using Signet.Agent.Storage;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;

namespace Signet.Agent.FileSigning;

/// <summary>Holds a profile to its most signatures in any 60 minutes, counting those that are under way.</summary>
/// <remarks>Safe for use by several threads at once.</remarks>
internal sealed class HourlyBudget(IAgentStore store, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Window = TimeSpan.FromHours(1);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _deciding = new(1, 1);
    private readonly Dictionary<string, int> _underWay = new(StringComparer.Ordinal);

    /// <summary>Takes one signature out of the budget; it is given back where it is not in the store on disposal.</summary>
    /// <exception cref="SigningException">RATE_LIMITED</exception>
    public async Task<IDisposable> ReserveAsync(ProfileConfiguration profile, CancellationToken cancellationToken)
    {
        if (profile.Limits.PerHour is not { } limit)
        {
            return new Reservation(null, profile.Name);
        }

        await _deciding.WaitAsync(cancellationToken);
        try
        {
            var since = time.GetUtcNow() - Window;
            var signed = await store.ReadAsync(
                reader => reader.CountSignedFiles(profile.Name, since), cancellationToken);
            lock (_underWay)
            {
                var underWay = _underWay.GetValueOrDefault(profile.Name);
                if (signed + underWay >= limit)
                {
                    throw Exceeded(profile.Name, limit);
                }

                _underWay[profile.Name] = underWay + 1;
            }

            return new Reservation(this, profile.Name);
        }
        finally
        {
            _deciding.Release();
        }
    }

    /// <summary>Refuses a signature whose profile allows fewer since it was reserved.</summary>
    /// <param name="reader">The store.</param>
    /// <param name="reserved">The profile when it was reserved.</param>
    /// <param name="now">The profile as it is now.</param>
    /// <exception cref="SigningException">RATE_LIMITED</exception>
    public void RequireStill(IAgentReader reader, ProfileConfiguration reserved, ProfileConfiguration now)
    {
        if (now.Limits.PerHour is { } limit && !(reserved.Limits.PerHour <= limit)
            && reader.CountSignedFiles(now.Name, time.GetUtcNow() - Window) >= limit)
        {
            throw Exceeded(now.Name, limit);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _deciding.Dispose();

    private static SigningException Exceeded(string profile, int limit) => new(ErrorReason.RateLimited, string.Create(
        CultureInfo.InvariantCulture, $"Profile '{profile}' has signed its {limit} files of this hour. Try again later."), RetryAfter);

    private void Release(string profile)
    {
        lock (_underWay)
        {
            _underWay[profile]--;
        }
    }

    private sealed class Reservation(HourlyBudget? owner, string profile) : IDisposable
    {
        public void Dispose() => owner?.Release(profile);
    }
}
