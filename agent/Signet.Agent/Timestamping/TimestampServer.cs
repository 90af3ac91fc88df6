using System.Security.Cryptography.Pkcs;
using Google.Protobuf.WellKnownTypes;
using Signet.Agent.Configuration;
using Signet.Protocol.V1;

namespace Signet.Agent.Timestamping;

/// <summary>One server of a group: its attempts, its health, and how many requests it gets at once.</summary>
/// <remarks>Safe for several threads at once.</remarks>
internal sealed class TimestampServer : IDisposable
{
    /// <summary>Most requests to one server at the same moment.</summary>
    public const int MaxConcurrentRequests = 4;

    /// <summary>How long a server that failed is put behind the others.</summary>
    public static readonly TimeSpan RestTime = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _slots = new(MaxConcurrentRequests);
    private readonly TimestampConfiguration _group;
    private readonly HttpMessageInvoker _invoker;
    private readonly TimestampVerifier _verifier;
    private readonly TimeProvider _time;
    private volatile Health _health = new(null, null, string.Empty);

    /// <summary>Creates the server.</summary>
    /// <param name="address">Its address.</param>
    /// <param name="group">The group that it belongs to.</param>
    /// <param name="invoker">Sends the requests; outlives the server.</param>
    /// <param name="verifier">Checks the replies.</param>
    /// <param name="time">The clock.</param>
    public TimestampServer(
        Uri address, TimestampConfiguration group, HttpMessageInvoker invoker, TimestampVerifier verifier, TimeProvider time)
    {
        Address = address;
        _group = group;
        _invoker = invoker;
        _verifier = verifier;
        _time = time;
    }

    /// <summary>Its address.</summary>
    public Uri Address { get; }

    /// <summary>Whether it failed less than <see cref="RestTime"/> ago.</summary>
    public bool IsResting => _health is { Succeeded: false, AskedAt: { } at } && _time.GetUtcNow() - at < RestTime;

    /// <summary>How it did last.</summary>
    public TimestampServerStatus Status
    {
        get
        {
            var health = _health;
            var status = new TimestampServerStatus
            {
                Name = _group.Name,
                Url = Address.AbsoluteUri,
                LastError = health.Error,
                LastAskedAt = health.AskedAt is { } at ? Timestamp.FromDateTimeOffset(at) : null,
            };
            if (health.Succeeded is { } succeeded)
            {
                status.LastSucceeded = succeeded;
            }

            return status;
        }
    }

    /// <summary>Asks the server, as often as the group says.</summary>
    /// <exception cref="TimestampFailureException">No attempt gave a usable timestamp.</exception>
    public async Task<TimestampResult> RequestAsync(Rfc3161TimestampRequest request, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            TimestampFailureException failure;
            try
            {
                var token = await AttemptAsync(request, cancellationToken).ConfigureAwait(false);
                _health = new Health(true, _time.GetUtcNow(), string.Empty);
                return new TimestampResult(token, Address);
            }
            catch (TimestampFailureException exception)
            {
                failure = exception;
            }

            _health = new Health(false, _time.GetUtcNow(), failure.Message);
            if (!failure.Retryable || attempt >= _group.Attempts)
            {
                throw failure;
            }

            await Task.Delay(PauseAfter(attempt, failure.RetryAfter), _time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _slots.Dispose();

    private async Task<Rfc3161TimestampToken> AttemptAsync(
        Rfc3161TimestampRequest request, CancellationToken cancellationToken)
    {
        await _slots.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            using var timeout = new CancellationTokenSource(_group.Timeout, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
            try
            {
                var reply = await TimestampExchange.PostAsync(_invoker, Address, request.Encode(), _time, either.Token)
                    .ConfigureAwait(false);
                return _verifier.Verify(request, reply);
            }
            catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
            {
                throw new TimestampFailureException(
                    $"it did not answer within {_group.Timeout.TotalSeconds:0.#} s", retryable: true, exception);
            }
        }
        finally
        {
            _slots.Release();
        }
    }

    /// <summary>Doubles with each attempt, and differs by half, so that requests that failed together come back apart.</summary>
    private static TimeSpan PauseAfter(int attempt, TimeSpan? asked)
    {
        var pause = FirstPause * Math.Pow(2, attempt - 1) * (0.5 + Random.Shared.NextDouble());
        pause = asked > pause ? asked.Value : pause;
        return pause < LongestPause ? pause : LongestPause;
    }

    private sealed record Health(bool? Succeeded, DateTimeOffset? AskedAt, string Error);
}
