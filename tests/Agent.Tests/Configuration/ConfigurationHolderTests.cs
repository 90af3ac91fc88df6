using Microsoft.Extensions.Time.Testing;
using Signet.Agent.Configuration;

namespace Signet.Agent.Tests.Configuration;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
[Parallelizable(ParallelScope.All)]
internal sealed class ConfigurationHolderTests : IDisposable
{
    private readonly ConfigurationFixture _fixture = new();
    private readonly FakeTimeProvider _time = new();

    public void Dispose() => _fixture.Dispose();

    [Test]
    public void Reload_WhenFileIsGood_TakesItIntoUseAndTellsSo()
    {
        var holder = Start();
        var before = holder.Current;
        ConfigurationChangedEventArgs? told = null;
        holder.Changed += (_, change) => told = change;
        _time.Advance(TimeSpan.FromHours(1));
        _fixture.Write("signet.yaml", _fixture.Complete.Replace("perHour: 20", "perHour: 21", StringComparison.Ordinal));

        var reload = holder.Reload();

        Assert.That(reload.Result.Issues, Is.Empty);
        Assert.That(reload.RestartNeeded, Is.Empty);
        Assert.That(holder.Current, Is.SameAs(reload.Result.Configuration));
        Assert.That(holder.Current.Profiles[0].Limits.PerHour, Is.EqualTo(21));
        Assert.That(holder.LoadedAt, Is.EqualTo(_time.GetUtcNow()));
        Assert.That((told!.Previous, told.Current), Is.EqualTo((before, holder.Current)));
    }

    [Test]
    public void Reload_WhenFileIsBad_ChangesNothing()
    {
        var holder = Start();
        var (before, loadedAt) = (holder.Current, holder.LoadedAt);
        var told = 0;
        holder.Changed += (_, _) => told++;
        _time.Advance(TimeSpan.FromHours(1));
        _fixture.Write("signet.yaml", _fixture.Complete.Replace("perHour: 20", "perHour: 0", StringComparison.Ordinal));

        var reload = holder.Reload();

        Assert.That(reload.Result.Issues, Has.Count.EqualTo(1));
        Assert.That((holder.Current, holder.LoadedAt, told), Is.EqualTo((before, loadedAt, 0)));
        Assert.That(reload.RestartNeeded, Is.Empty);
    }

    [Test]
    public void Check_WhenFileIsGood_ChangesNothing()
    {
        var holder = Start();
        var before = holder.Current;
        _fixture.Write("signet.yaml", ConfigurationFixture.Minimal);

        Assert.That(holder.Check().IsValid, Is.True);
        Assert.That(holder.Current, Is.SameAs(before));
    }

    [TestCase("0.0.0.0:7443", "0.0.0.0:7444", "listen")]
    [TestCase("state: state", "state: other", "directories")]
    [TestCase("sessions: 2", "sessions: 3", "tokens")]
    [TestCase("{ name: dev, pfx: dev.p12 }", "{ name: dev, token: card, label: dev }", "keys with pfx")]
    public void Reload_WhenAPartNeedsARestart_SaysSoUntilItIsUndone(string part, string replacement, string need)
    {
        var holder = Start();
        var changed = _fixture.Complete.Replace(part, replacement, StringComparison.Ordinal);
        _fixture.Write("signet.yaml", changed);

        Assert.That(holder.Reload().RestartNeeded, Is.EqualTo(new[] { need }));
        Assert.That(holder.Reload().RestartNeeded, Is.EqualTo(new[] { need }), "a second reload of the same file");

        _fixture.Write("signet.yaml", _fixture.Complete);
        Assert.That(holder.Reload().RestartNeeded, Is.Empty, "as at the start again");
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Reload_WhenReadersRunBesides_ShowsEachOneWholeConfiguration(CancellationToken cancellationToken)
    {
        // Two files in which operators and limit belong together.
        string[] files =
        [
            _fixture.Complete,
            _fixture.Complete.Replace("perHour: 20", "perHour: 21", StringComparison.Ordinal)
                .Replace("operators: [alice, bob, carol]", "operators: [alice, bob, carol, dave]", StringComparison.Ordinal),
        ];
        var holder = Start();
        using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var reader = Task.Run(
            () =>
            {
                var reads = 0L;
                while (!done.IsCancellationRequested)
                {
                    var current = holder.Current;
                    var whole = (current.Profiles[0].Limits.PerHour, current.Operators.Count) is (20, 3) or (21, 4);
                    reads = whole ? reads + 1 : throw new InvalidOperationException("half a configuration");
                }

                return reads;
            },
            cancellationToken);

        for (var i = 1; i <= 20; i++)
        {
            _fixture.Write("signet.yaml", files[i % 2]);
            Assert.That(holder.Reload().Result.Issues, Is.Empty);
        }

        await done.CancelAsync();
        Assert.That(await reader, Is.GreaterThan(0));
    }

    private ConfigurationHolder Start()
    {
        var result = _fixture.Load(_fixture.Complete);
        Assert.That(result.Issues, Is.Empty);
        return new ConfigurationHolder(_fixture.ConfigurationPath, result.Configuration!, _fixture.Loader, _time);
    }
}
