namespace Signet.Agent.Access;

/// <summary>
/// Checks names with secrets. A wrong one always costs an Argon2id evaluation, whether the name exists or not; the right
/// one costs it once. Evaluations are bounded in number, because each takes a core and 64 MiB or more.
/// </summary>
/// <remarks>Safe for several threads at once.</remarks>
internal sealed class CredentialVerifier : IDisposable
{
    /// <summary>Most evaluations at the same moment.</summary>
    public const int MaxEvaluations = 2;

    /// <summary>Most different checks of one controller that run or wait at the same moment.</summary>
    public const int MaxChecksPerController = 16;

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly Dictionary<(AccessRules Rules, string Tag), Task<CredentialCheck>> _running = [];
    private readonly Dictionary<string, int> _checksOf = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _evaluations = new(MaxEvaluations);
    private readonly FailureThrottle _throttle;
    private readonly TimeProvider _time;
    private long _evaluationCount;

    /// <summary>Creates the verifier.</summary>
    /// <param name="time">The clock of delays and waits.</param>
    public CredentialVerifier(TimeProvider time)
    {
        _time = time;
        _throttle = new FailureThrottle(time);
    }

    /// <summary>How many Argon2id evaluations were made.</summary>
    public long EvaluationCount => Interlocked.Read(ref _evaluationCount);

    /// <summary>Checks a credential.</summary>
    /// <param name="rules">The rules in use.</param>
    /// <param name="controller">Name of the controller that calls.</param>
    /// <param name="credential">What it showed.</param>
    /// <param name="cancellationToken">Ends the wait; a check that has started goes on for others that wait for it.</param>
    public Task<CredentialCheck> VerifyAsync(
        AccessRules rules, string controller, BasicCredential credential, CancellationToken cancellationToken)
    {
        var tag = rules.Verified.Tag(credential.Name, credential.Secret);
        return rules.Verified.Contains(tag)
            ? Task.FromResult(CredentialCheck.Accepted)
            : JoinOrStart(rules, controller, credential, tag).WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => _evaluations.Dispose();

    /// <summary>Builds that start together show the same secret: one evaluation serves them all.</summary>
    private Task<CredentialCheck> JoinOrStart(AccessRules rules, string controller, BasicCredential credential, string tag)
    {
        lock (_lock)
        {
            if (_running.TryGetValue((rules, tag), out var running))
            {
                return running;
            }

            var checks = _checksOf.GetValueOrDefault(controller);
            if (checks >= MaxChecksPerController)
            {
                return Task.FromResult(CredentialCheck.TooManyChecks);
            }

            _checksOf[controller] = checks + 1;
            return _running[(rules, tag)] = Task.Run(() => CheckAsync(rules, controller, credential, tag));
        }
    }

    private async Task<CredentialCheck> CheckAsync(
        AccessRules rules, string controller, BasicCredential credential, string tag)
    {
        try
        {
            await Task.Delay(_throttle.DelayFor(controller), _time).ConfigureAwait(false);
            return await EvaluateAsync(rules, controller, credential, tag).ConfigureAwait(false);
        }
        finally
        {
            lock (_lock)
            {
                _running.Remove((rules, tag));
                _checksOf[controller]--;
            }
        }
    }

    private async Task<CredentialCheck> EvaluateAsync(
        AccessRules rules, string controller, BasicCredential credential, string tag)
    {
        using var patience = new CancellationTokenSource(LongestWait, _time);
        try
        {
            await _evaluations.WaitAsync(patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return CredentialCheck.TooManyChecks;
        }

        bool matches;
        var hash = rules.FindCredential(credential.Name);
        try
        {
            Interlocked.Increment(ref _evaluationCount);
            matches = (hash ?? rules.UnknownCredentialHash).Verify(credential.Secret);
        }
        finally
        {
            _evaluations.Release();
        }

        if (matches && hash is not null)
        {
            rules.Verified.Add(tag);
            return CredentialCheck.Accepted;
        }

        _throttle.NoteFailure(controller);
        return hash is null ? CredentialCheck.UnknownCredential : CredentialCheck.WrongSecret;
    }
}
