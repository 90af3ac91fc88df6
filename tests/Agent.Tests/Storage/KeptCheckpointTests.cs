using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Signet.Agent.Storage.Sqlite;
using Signet.Testing.Tools;

namespace Signet.Agent.Tests.Storage;

public sealed class KeptCheckpointTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly TemporaryDirectory _directory = new();

    [OneTimeTearDown]
    public void RemoveFiles() => _directory.Dispose();

    [Test]
    public void Keep_WhenSeveralComeTogether_WritesTheNewestSoonAndNothingElse()
    {
        var path = _directory.File("together");
        using var kept = new KeptCheckpoint(path, _time, NullLogger.Instance);
        kept.Keep("first");
        kept.Keep("second");
        Assert.That(File.Exists(path), Is.False);

        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.That(File.ReadAllText(path), Is.EqualTo("second"));
        Assert.That(File.Exists(path + ".new"), Is.False);

        kept.Keep("third");
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.That(File.ReadAllText(path), Is.EqualTo("third"));
    }

    [Test]
    public void Dispose_WhenOneIsNotWrittenYet_WritesIt()
    {
        var path = _directory.File("disposed");
        using (var kept = new KeptCheckpoint(path, _time, NullLogger.Instance))
        {
            kept.Keep("last");
        }

        Assert.That(File.ReadAllText(path), Is.EqualTo("last"));
    }

    [Test]
    public void Keep_WhenTheFileCannotBeWritten_DisturbsNobody()
    {
        var path = Path.Combine(_directory.File("missing"), "checkpoint");
        using var kept = new KeptCheckpoint(path, _time, NullLogger.Instance);
        kept.Keep("lost");
        Assert.That(() => _time.Advance(TimeSpan.FromSeconds(1)), Throws.Nothing);
    }
}
