using System.Text.Json;
using Signet.Testing.Tools;

namespace Signet.EndToEnd.Tests.Faults;

/// <summary>What the matrix of faults found; safe for use by several lanes at once.</summary>
public sealed class FaultReport
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private readonly Lock _lock = new();
    private readonly List<string> _problems = [];
    private readonly Dictionary<string, int> _casesByOccasion = new(StringComparer.Ordinal);
    private int _cases;
    private int _wrong;
    private int _unrecorded;
    private int _pinAttempts;
    private int _stayedReady;
    private int _slowAmongOthers;
    private long _slowestAmongOthers;
    private long _slowestRecovery;
    private string _slowestCase = string.Empty;

    /// <summary>Everything that is not as it should be.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>Longest time from the end of a fault to the right state, in milliseconds.</summary>
    public long SlowestRecovery => _slowestRecovery;

    /// <summary>Cases so far.</summary>
    public int Cases => _cases;

    /// <summary>Cases after which the login was still there, and the key signed.</summary>
    public int StayedReady => _stayedReady;

    /// <summary>A case came to its right end, and slowly, among many at once.</summary>
    public void Slow(FaultCase fault, TimeSpan recovery, bool stayedReady)
    {
        lock (_lock)
        {
            Count(fault, stayedReady);
            _slowAmongOthers++;
            _slowestAmongOthers = Math.Max(_slowestAmongOthers, (long)recovery.TotalMilliseconds);
        }
    }

    /// <summary>A case came to its end.</summary>
    public void Settled(FaultCase fault, TimeSpan recovery, bool stayedReady)
    {
        lock (_lock)
        {
            Count(fault, stayedReady);
            if (recovery.TotalMilliseconds > _slowestRecovery)
            {
                _slowestRecovery = (long)recovery.TotalMilliseconds;
                _slowestCase = fault.ToString();
            }
        }
    }

    /// <summary>A signature came out that does not hold.</summary>
    public void Wrong(object fault, string detail) => Count(ref _wrong, $"{fault}: wrong signature: {detail}");

    /// <summary>A signature came out that the ledger does not have.</summary>
    public void Unrecorded(string detail) => Count(ref _unrecorded, "unrecorded signature: " + detail);

    /// <summary>The token saw logins that no operator asked for.</summary>
    public void PinAttempts(object fault, int count)
    {
        lock (_lock)
        {
            _pinAttempts += count;
            _problems.Add($"{fault}: {count} logins that nobody asked for");
        }
    }

    /// <summary>Anything else that is not as it should be.</summary>
    public void Problem(object fault, string detail)
    {
        lock (_lock)
        {
            _problems.Add($"{fault}: {detail}");
        }
    }

    /// <summary>Writes artifacts/test/faults.json.</summary>
    public void Write(int agentCrashes)
    {
        var directory = Directory.CreateDirectory(Repository.PathOf("artifacts/test")).FullName;
        File.WriteAllText(Path.Combine(directory, "faults.json"), JsonSerializer.Serialize(
            new
            {
                cases = _cases,
                wrong = _wrong,
                unrecorded = _unrecorded,
                pinAttempts = _pinAttempts,
                agentCrashes,
                slowestRecoveryMs = _slowestRecovery,
                slowestCase = _slowestCase,
                slowAmongOthers = _slowAmongOthers,
                slowestAmongOthersMs = _slowestAmongOthers,
                stayedReady = _stayedReady,
                casesByOccasion = _casesByOccasion,
                problems = _problems,
            },
            Indented));
    }

    private void Count(FaultCase fault, bool stayedReady)
    {
        _cases++;
        _stayedReady += stayedReady ? 1 : 0;
        var occasion = fault.Occasion.ToString();
        _casesByOccasion[occasion] = _casesByOccasion.GetValueOrDefault(occasion) + 1;
    }

    private void Count(ref int counter, string problem)
    {
        lock (_lock)
        {
            counter++;
            _problems.Add(problem);
        }
    }
}
