using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Net.Pkcs11Interop.Common;
using Signet.EndToEnd.Tests.Node;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;
using Signet.Testing.Agent;
using Signet.Testing.Judges;
using Signet.Testing.Tools;

namespace Signet.EndToEnd.Tests.Faults;

/// <summary>
/// Every return value, a hang and a crash, at every PKCS#11 call that Signet makes, at every occasion on which it makes it:
/// against a real agent with real token hosts, a token for each lane, so that a fault also shows whom it disturbs.
/// </summary>
[CancelAfter(1_500_000)]
[NonParallelizable]
public sealed class FaultMatrixTests
{
    private const int Lanes = 12;
    private const int LanesOfCrashes = 3;
    private const int Sessions = 2;

    // One wrong value among the recoveries would be found by the agent's own check; the judge looks at every so manieth.
    private const int JudgedOneOf = 40;

    private static readonly TimeSpan CaseLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan RecoveryLimit = TimeSpan.FromSeconds(2);
    private static readonly byte[] Program = File.ReadAllBytes(SampleProgram.Library);

    private readonly FaultReport _report = new();
    private readonly ConcurrentBag<string> _signed = [];
    private readonly ConcurrentQueue<(FaultCase Fault, TimeSpan Recovery)> _slow = new();
    private AgentEnvironment _node = null!;
    private StatusFeed _statuses = null!;
    private ControllerClient _controller = null!;
    private IReadOnlyList<FaultLane> _lanes = [];
    private int _successes;

    [OneTimeSetUp]
    public async Task StartNode()
    {
        var names = Enumerable.Range(0, Lanes).Select(index => $"lane{index}").ToList();
        var options = new AgentOptions
        {
            Tokens = [.. names.Select(name => new TokenOptions { Name = name, Label = name, Faulty = true })],
            Keys = [.. names.Select(name => new KeyOptions { Name = name, Token = name })],
            Profiles = [.. names.Select(name => new ProfileOptions { Name = name, Key = name, Timestamped = false })],
            Grants = [new() { Profiles = names }],
            Sessions = Sessions,
            TokenDeadline = "4s",
        };
        _node = await AgentEnvironment.StartUnlockedAsync(options, CancellationToken.None);
        _statuses = await StatusFeed.StartAsync(_node, CancellationToken.None);
        _controller = _node.Controller();
        _lanes = [.. names.Select(name => new FaultLane(_node, name, _statuses, _controller, Program))];
    }

    [OneTimeTearDown]
    public async Task StopNode()
    {
        _report.Write(agentCrashes: _node.Agent.HasExited ? 1 : 0);
        _controller.Dispose();
        await _statuses.DisposeAsync();
        await _node.DisposeAsync();
    }

    [Test]
    public async Task Sign_WhenAnyCallReturnsAnyValue_IsRefusedOrRightAndRecordedAndSpendsNoPin(CancellationToken cancellationToken)
    {
        var calls = await DiscoverAsync(_lanes[0], cancellationToken);
        await Assert.MultipleAsync(() =>
        {
            // What Signet cannot do without; a discovery that misses these would prove nothing.
            Assert.That(calls, Does.Contain((Occasion.Unlock, "C_Login")).And.Contain((Occasion.Unlock, "C_OpenSession")));
            Assert.That(calls, Does.Contain((Occasion.Signature, "C_SignInit")).And.Contain((Occasion.Signature, "C_Sign")));
            Assert.That(calls, Does.Contain((Occasion.FirstSignature, "C_FindObjectsInit")));
            Assert.That(calls, Does.Contain((Occasion.Poll, "C_GetSessionInfo")));
            Assert.That(calls, Does.Contain((Occasion.Lock, "C_Logout")));
            Assert.That(calls, Does.Contain((Occasion.Reload, "C_Finalize")).And.Contain((Occasion.Reload, "C_Initialize")));
            return Task.CompletedTask;
        });

        // Each lane starts with as many unlocks as its module saw.
        foreach (var lane in _lanes)
        {
            lane.Module.ForgetCalls();
        }

        var unlocksBefore = _lanes.ToDictionary(lane => lane.Name, lane => lane.Unlocks);
        var cases = FaultCases.Of(calls).ToLookup(FaultCases.EndsTheHost);
        await RunAsync(_lanes, cases[false], cancellationToken);

        // Few at once: many hosts that start together would measure this machine rather than the recovery.
        await RunAsync(_lanes.Take(LanesOfCrashes), cases[true], cancellationToken);

        // The promise is about one fault, not about a dozen at once on a few processors: of each kind the slowest by itself.
        await RunAsync(
            _lanes.Take(1),
            [.. _slow.GroupBy(slow => (slow.Fault.Occasion, slow.Fault.Kind)).Select(kind => kind.MaxBy(slow => slow.Recovery).Fault)],
            cancellationToken, alone: true);
        foreach (var lane in _lanes)
        {
            var unasked = lane.Module.Logins - (lane.Unlocks - unlocksBefore[lane.Name]);
            if (unasked > 0)
            {
                _report.PinAttempts(lane.Name, unasked);
            }
        }

        var recorded = (await LedgerOf.ReadAsync(_node, cancellationToken, "file-signed"))
            .Select(record => record.Text("requestId")).ToHashSet(StringComparer.Ordinal);
        foreach (var missing in _signed.Where(id => !recorded.Contains(id)))
        {
            _report.Unrecorded(missing);
        }

        var ledger = await _node.RunAsync(["audit", "verify"], cancellationToken);
        Assert.Multiple(() =>
        {
            Assert.That(_report.Problems, Is.Empty);
            Assert.That(_report.Cases, Is.GreaterThan(2_000));
            Assert.That(_report.StayedReady, Is.GreaterThan(100), "some faults must leave the login alone");
            Assert.That(_signed, Is.Not.Empty);
            Assert.That(_node.Agent.HasExited, Is.False, "the agent has crashed");
            Assert.That(ledger.ExitCode, Is.Zero, ledger.All);
        });
    }

    /// <summary>The calls that a healthy module sees at each occasion.</summary>
    private static async Task<IReadOnlyList<(Occasion Occasion, string Function)>> DiscoverAsync(
        FaultLane lane, CancellationToken cancellationToken)
    {
        var seen = new List<(Occasion, string)>();
        lane.Module.Do();
        await lane.LockAsync(cancellationToken);
        await ObserveAsync(Occasion.Unlock, () => lane.MakeReadyAsync(cancellationToken));
        await ObserveAsync(Occasion.FirstSignature, () => lane.SignAsync(cancellationToken));
        await KnowTheKeyOnEverySessionAsync(lane, cancellationToken);
        await ObserveAsync(Occasion.Signature, () => lane.SignAsync(cancellationToken));
        await ObserveAsync(Occasion.Poll, () => lane.UntilCalledAsync("C_GetSessionInfo", 2, cancellationToken));
        await ObserveAsync(Occasion.Lock, () => lane.LockAsync(cancellationToken));
        await ObserveAsync(Occasion.LockedPoll, () => lane.UntilCalledAsync("C_GetTokenInfo", 2, cancellationToken));
        await lane.MakeReadyAsync(cancellationToken);
        await ObserveAsync(Occasion.Reload, async () =>
        {
            lane.Module.Do("logged-out");
            await lane.SignAsync(cancellationToken);
            lane.Module.Do();
            await lane.SettleAsync(cancellationToken);
        });

        // What every signature calls needs no second round for the first one, nor where a signature only leads to the fault.
        var every = seen.Where(pair => pair.Item1 == Occasion.Signature).Select(pair => pair.Item2).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. seen.Where(pair => pair.Item1 is not (Occasion.FirstSignature or Occasion.Reload) || !every.Contains(pair.Item2)).Distinct(),
        ];

        // A session that signs for the first time looks for the key, and only then does a signature show what each one calls.
        static async Task KnowTheKeyOnEverySessionAsync(FaultLane lane, CancellationToken cancellationToken)
        {
            // A token that takes its time, or the first session may be free again whenever a signature wants one.
            lane.Module.Do("C_SignInit delay 100");
            for (var searched = 1; searched < Sessions;)
            {
                lane.Module.ForgetCalls();
                await Task.WhenAll(Enumerable.Range(0, 4 * Sessions).Select(_ => lane.SignAsync(cancellationToken)));
                searched += lane.Module.Calls.Count(call => call == "C_FindObjectsInit");
            }

            lane.Module.Do();
        }

        async Task ObserveAsync(Occasion occasion, Func<Task> act)
        {
            lane.Module.ForgetCalls();
            await act();
            seen.AddRange(lane.Module.Calls.Select(call => (occasion, call)));
        }
    }

    private Task RunAsync(
        IEnumerable<FaultLane> lanes, IEnumerable<FaultCase> cases, CancellationToken cancellationToken, bool alone = false)
    {
        var queue = new ConcurrentQueue<FaultCase>(cases);
        return Task.WhenAll(lanes.Select(lane => Task.Run(() => RunAsync(lane, queue, alone, cancellationToken), cancellationToken)));
    }

    private async Task RunAsync(
        FaultLane lane, ConcurrentQueue<FaultCase> queue, bool alone, CancellationToken cancellationToken)
    {
        while (queue.TryDequeue(out var fault))
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(CaseLimit);
            try
            {
                await RunAsync(lane, fault, alone, limit.Token);
            }
#pragma warning disable CA1031 // Whatever happens in a case is a finding, and the other cases go on.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                cancellationToken.ThrowIfCancellationRequested();
                _report.Problem(fault, $"{exception.GetType().Name}: {exception.Message} [{lane.Status.State}: {lane.Status.Detail}]");
            }
            finally
            {
                lane.Module.Do();
            }
        }
    }

    private async Task RunAsync(FaultLane lane, FaultCase fault, bool alone, CancellationToken cancellationToken)
    {
        await PrepareAsync(lane, fault, cancellationToken);
        var host = lane.Status.HostProcessId;
        var callsBefore = lane.Module.Calls.Count;
        string[] also = fault.Occasion == Occasion.Reload ? ["logged-out"] : [];
        lane.Module.Do([$"{fault.Function} {fault.Behaviour}", .. also]);
        await StrikeAsync(lane, fault, cancellationToken);
        if (fault.Behaviour == "hang" && lane.Module.Calls.Skip(callsBefore).Contains(fault.Function))
        {
            // This fault ends when the host is killed.
            await _statuses.UntilAsync(lane.Name, status => status.HostProcessId != host, cancellationToken);
        }

        if (fault.Behaviour == "crash" && lane.Module.Calls.Skip(callsBefore).Contains(fault.Function))
        {
            // This one when the process is no more, which takes the system a moment.
            await FaultLane.EndedAsync(host, cause: null, cancellationToken);
        }

        var struck = lane.Module.Calls.Skip(callsBefore).Contains(fault.Function);
        lane.Module.Do();
        var watch = Stopwatch.StartNew();
        var pressure = ProcessorPressure.Total;
        var (wasReady, requestId, signed) = await RecoverAsync(lane, cancellationToken);

        // With nothing else in this test under way, what waits for a processor waits for somebody else's work.
        var recovery = watch.Elapsed - (alone ? ProcessorPressure.Total - pressure : TimeSpan.Zero);
        var loggedOut = lane.Status.HostProcessId != host
            || lane.Module.Calls.Skip(callsBefore).Any(call => call is "C_Logout" or "C_Finalize");
        if (!wasReady)
        {
            // A locked state is right if an unlock makes the key sign again.
            await lane.MakeReadyAsync(cancellationToken);
            (requestId, signed, var reason) = await lane.SignAsync(cancellationToken);
            if (signed is null)
            {
                _report.Problem(fault, $"unlocked again, but signing gave {reason}");
            }
        }

        if (signed is not null)
        {
            await KeepAsync(fault, requestId, signed, judge: Interlocked.Increment(ref _successes) % JudgedOneOf == 0, cancellationToken);
        }

        CheckState(fault, wasReady, loggedOut, struck);
        if (recovery > RecoveryLimit && !alone)
        {
            _slow.Enqueue((fault, recovery));
            _report.Slow(fault, recovery, wasReady);
            return;
        }

        if (recovery > RecoveryLimit)
        {
            _report.Problem(fault, $"the right state took {recovery.TotalMilliseconds:0} ms");
        }

        _report.Settled(fault, recovery, wasReady);
    }

    /// <summary>Waits until the token is locked, or is ready and signs: a state that is shown must be true.</summary>
    private static async Task<(bool Ready, string RequestId, byte[]? Signed)> RecoverAsync(
        FaultLane lane, CancellationToken cancellationToken)
    {
        while (true)
        {
            await lane.SettleAsync(cancellationToken);
            if (lane.State != TokenState.Ready)
            {
                return (false, string.Empty, null);
            }

            var (requestId, signed, _) = await lane.SignAsync(cancellationToken);
            if (signed is not null)
            {
                return (true, requestId, signed);
            }

            // What was shown was old; the new state is on its way.
            await lane.UntilAsync(status => status.State != TokenState.Ready, cancellationToken);
        }
    }

    private static async Task PrepareAsync(FaultLane lane, FaultCase fault, CancellationToken cancellationToken)
    {
        if (fault.Occasion is Occasion.Unlock or Occasion.LockedPoll or Occasion.FirstSignature)
        {
            await lane.LockAsync(cancellationToken);
        }

        await (fault.Occasion is Occasion.Unlock or Occasion.LockedPoll ? lane.SettleAsync(cancellationToken) : lane.MakeReadyAsync(cancellationToken));
    }

    private async Task StrikeAsync(FaultLane lane, FaultCase fault, CancellationToken cancellationToken)
    {
        switch (fault.Occasion)
        {
            case Occasion.Unlock:
                await IgnoringErrorsAsync(() => lane.UnlockAsync(cancellationToken));
                break;
            case Occasion.Lock:
                await IgnoringErrorsAsync(() => lane.LockAsync(cancellationToken));
                break;
            case Occasion.Poll or Occasion.LockedPoll:
                await lane.UntilCalledAsync(fault.Function, 1, cancellationToken);
                break;
            default:
                var (requestId, signed, _) = await lane.SignAsync(cancellationToken);
                if (signed is not null)
                {
                    await KeepAsync(fault, requestId, signed, judge: true, cancellationToken);
                }

                break;
        }
    }

    private void CheckState(FaultCase fault, bool ready, bool loggedOut, bool struck)
    {
        if (ready && loggedOut && fault.Occasion is not Occasion.Unlock)
        {
            _report.Problem(fault, "READY, but the module was logged out in between");
        }

        if (fault.Occasion is not (Occasion.FirstSignature or Occasion.Signature)
            || !struck || !fault.Behaviour.StartsWith("0x", StringComparison.Ordinal))
        {
            return;
        }

        var value = (CKR)uint.Parse(fault.Behaviour.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        if (ready && FaultValues.LoginGone.Contains(value))
        {
            _report.Problem(fault, "READY, though the value says that the login is gone");
        }

        if (!ready && FaultValues.OperationRefused.Contains(value))
        {
            _report.Problem(fault, "LOCKED, though the value concerns one operation alone");
        }
    }

    private async Task KeepAsync(FaultCase fault, string requestId, byte[] signed, bool judge, CancellationToken cancellationToken)
    {
        _signed.Add(requestId);
        if (!judge)
        {
            return;
        }

        using var directory = new TemporaryDirectory();
        var file = directory.File("a.dll");
        await File.WriteAllBytesAsync(file, signed, cancellationToken);
        var verdict = await Osslsigncode.VerifyAsync(file, _node.Files.SigningRoot, _node.Files.SigningRoot, cancellationToken);
        if (!Osslsigncode.Accepts(verdict))
        {
            _report.Wrong(fault, verdict.All);
        }
    }

    private static async Task IgnoringErrorsAsync(Func<Task> act)
    {
        try
        {
            await act();
        }
        catch (Exception exception) when (exception is SigningException or Grpc.Core.RpcException)
        {
            // An operator sees it and tries again when the fault is over.
        }
    }
}
