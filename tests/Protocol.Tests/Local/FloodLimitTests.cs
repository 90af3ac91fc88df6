using Microsoft.Extensions.Time.Testing;
using Signet.Protocol.Local;

namespace Signet.Protocol.Tests.Local;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class FloodLimitTests
{
    private readonly FakeTimeProvider _time = new();

    [Test]
    public void TryTake_WhenASourceFloods_TakesTheFirstAndCountsTheRest()
    {
        var limit = new FloodLimit(_time, mostInMinute: 3);
        var taken = Enumerable.Range(0, 100).Count(number => limit.TryTake("nobody", out var _));
        _time.Advance(TimeSpan.FromMinutes(1));
        var again = limit.TryTake("nobody", out var suppressed);

        Assert.That((taken, again, suppressed), Is.EqualTo((3, true, 97L)));
    }

    [Test]
    public void TryTake_WhenAnotherSourceFloods_IsNotHidden()
    {
        var limit = new FloodLimit(_time, mostInMinute: 3);
        _ = Enumerable.Range(0, 100).Count(number => limit.TryTake("nobody", out var _));

        Assert.That(limit.TryTake("alice", out var suppressed), Is.True);
        Assert.That(suppressed, Is.Zero);
    }

    [Test]
    public void TryTake_WhenSourcesHaveNoEnd_CountsTheFurtherOnesTogether()
    {
        var limit = new FloodLimit(_time, mostInMinute: 3);
        var taken = Enumerable.Range(0, 100_000).Count(number => limit.TryTake($"#{number}", out _));
        Assert.That(taken, Is.EqualTo(FloodLimit.MostSources + 3));

        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.That(limit.TryTake("alice", out _), Is.True, "the old ones are forgotten");
    }
}
