using Signet.Tokens.Quorum;
using Signet.Tokens.Tests.Tools;

namespace Signet.Tokens.Tests.Quorum;

/// <summary>Shares that wait for others: whose they are, what for, and how long.</summary>
public sealed class ShareGatheringTests
{
    private const string Generation = "g";

    private readonly SteppedClock _clock = new();

    [Test]
    public void IsOverdue_AfterFiveMinutesSinceTheFirstShare_HoldsWhateverCameSince()
    {
        using var gathering = new ShareGathering(_clock);
        Add(gathering, "unlock", "alice");
        _clock.Advance(TimeSpan.FromMinutes(4));
        Add(gathering, "unlock", "bob");
        Add(gathering, "unlock", "alice");
        Assert.That(gathering.IsOverdue, Is.False);
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.That(gathering.IsOverdue, Is.True);
    }

    [Test]
    public void Clear_WhenThereAreShares_ZeroesThem()
    {
        using var gathering = new ShareGathering(_clock);
        var share = Add(gathering, "unlock", "alice");
        gathering.Clear();
        Assert.That(share, Has.All.Zero);
        Assert.That(gathering.Of(Generation), Is.Empty);
        Assert.That(gathering.IsOverdue, Is.False);
    }

    [Test]
    public void Drop_OfThoseWhoMayNotAnyMore_ZeroesTheirSharesAlone()
    {
        using var gathering = new ShareGathering(_clock);
        var former = Add(gathering, "unlock", "alice");
        var present = Add(gathering, "unlock", "bob");
        Assert.That(gathering.Drop(account => account != "alice"), Is.EqualTo(new[] { "alice" }));
        Assert.That(former, Has.All.Zero);
        Assert.That(present, Has.None.Zero);
        Assert.That(gathering.Accounts, Is.EqualTo(new[] { "bob" }));
        Assert.That(gathering.Of(Generation), Has.Count.EqualTo(1));
        Assert.That(gathering.Drop(_ => false), Is.EqualTo(new[] { "bob" }));
        Assert.That(gathering.IsOverdue, Is.False);
    }

    [Test]
    public void Add_ByTheSameOperatorAgain_TakesTheNewShareAndCountsOnce()
    {
        using var gathering = new ShareGathering(_clock);
        var earlier = Add(gathering, "unlock", "alice");
        Add(gathering, "unlock", "alice");
        Assert.That(gathering.Accounts, Is.EqualTo(new[] { "alice" }));
        Assert.That(gathering.Of(Generation), Has.Count.EqualTo(1));
        Assert.That(earlier, Has.All.Zero);
    }

    [Test]
    public void Add_ForAnotherPurpose_ForgetsTheSharesOfTheFirst()
    {
        using var gathering = new ShareGathering(_clock);
        var share = Add(gathering, "test", "alice");
        Add(gathering, "unlock", "bob");
        Assert.That(gathering.Accounts, Is.EqualTo(new[] { "bob" }));
        Assert.That(share, Has.All.Zero);
    }

    private static byte[] Add(ShareGathering gathering, string purpose, string account)
    {
        byte[] share = [1, 2, 3];
        gathering.Add(purpose, account, new Dictionary<string, (byte, byte[])> { [Generation] = ((byte)account.Length, share) });
        return share;
    }
}
