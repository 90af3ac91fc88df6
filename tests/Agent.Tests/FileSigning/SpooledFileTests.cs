using System.Security.Cryptography;
using Signet.Agent.FileSigning;
using Signet.Testing.Tools;

namespace Signet.Agent.Tests.FileSigning;

/// <summary>What is uploaded is read back the same, in memory or on disk, and is gone when it is disposed.</summary>
public sealed class SpooledFileTests
{
    private TemporaryDirectory _directory = null!;
    private SpoolDirectory _spool = null!;

    [SetUp]
    public void SetUp()
    {
        _directory = new TemporaryDirectory();
        _spool = new SpoolDirectory(_directory.File("spool"));
    }

    [TearDown]
    public void TearDown() => _directory.Dispose();

    [TestCase(1_000, 1_000, 0, TestName = "Write_WhenTheFileIsSmall_StaysInMemory")]
    [TestCase(1_000, 200_000, 1, TestName = "Write_WhenMoreComesThanWasSaid_GoesToDisk")]
    [TestCase(300_000, 300_000, 1, TestName = "Write_WhenTheFileIsLarge_IsOnDisk")]
    [TestCase(0, 0, 0, TestName = "Write_WhenNothingComes_MakesNoFile")]
    public async Task Write(int expected, int bytes, int filesOnDisk)
    {
        var content = RandomNumberGenerator.GetBytes(bytes);
        await using (var file = _spool.Create(expected))
        {
            foreach (var chunk in content.Chunk(700))
            {
                file.Write(chunk);
            }

            var read = new MemoryStream();
            await using var reader = file.OpenReader();
            await reader.CopyToAsync(read);
            reader.Seek(-Math.Min(10, bytes), SeekOrigin.End);
            var end = new byte[Math.Min(10, bytes)];
            await reader.ReadExactlyAsync(end);
            Assert.Multiple(() =>
            {
                Assert.That(file.Length, Is.EqualTo(bytes));
                Assert.That(read.ToArray(), Is.EqualTo(content));
                Assert.That(end, Is.EqualTo(content[^end.Length..]));
                Assert.That(OnDisk(), Is.EqualTo(filesOnDisk));
            });
        }

        Assert.That(OnDisk(), Is.Zero);
    }

    [Test]
    public async Task Create_WhenTheBudgetOfMemoryIsTaken_UsesTheDiskUntilItIsGivenBack()
    {
        var files = new List<SpooledFile>();
        while (OnDisk() == 0 && files.Count < 10_000)
        {
            files.Add(_spool.Create(256 << 10));
            files[^1].Write(new byte[256 << 10]);
        }

        Assert.That(files, Has.Count.EqualTo(65), "16 MB in memory, then the disk");
        foreach (var file in files)
        {
            await file.DisposeAsync();
        }

        await using var next = _spool.Create(1000);
        next.Write(new byte[1000]);
        Assert.That(OnDisk(), Is.Zero);
    }

    [Test]
    public async Task Read_AfterItWasDisposed_Throws()
    {
        var file = _spool.Create(10);
        file.Write(new byte[10]);
        var reader = file.OpenReader();
        await file.DisposeAsync();
        await file.DisposeAsync();

        Assert.That(() => reader.Read(new byte[1]), Throws.TypeOf<ObjectDisposedException>());
    }

    private int OnDisk() => Directory.GetFiles(_directory.File("spool")).Length;
}
