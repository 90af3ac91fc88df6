namespace Signet.Formats.Tests;

public sealed class EditedStreamTests
{
    private static readonly byte[] Original = [.. Enumerable.Range(0, 100).Select(number => (byte)number)];

    private static readonly Edit[] Edits =
    [
        new(0, 2, new byte[] { 200, 201, 202 }), new(10, 0, new byte[] { 210 }), new(10, 5, Array.Empty<byte>()),
        new(100, 0, new byte[] { 220, 221 }),
    ];

    private static readonly byte[] Expected =
        [200, 201, 202, .. Original[2..10], 210, .. Original[15..], 220, 221];

    [Test]
    public async Task Read_InPiecesOfAnySize_GivesTheEditedFile([Values(1, 2, 3, 7, 64, 1000)] int size, [Values] bool asynchronous)
    {
        using var stream = new EditedStream(new MemoryStream(Original), Edits);
        var result = new List<byte>();
        var buffer = new byte[size];
        int read;
        while ((read = asynchronous ? await stream.ReadAsync(buffer) : stream.Read(buffer)) > 0)
        {
            result.AddRange(buffer[..read]);
        }

        Assert.That(stream.Length, Is.EqualTo(Expected.Length));
        Assert.That(result, Is.EqualTo(Expected));
    }

    [Test]
    public void Read_AfterAnySeek_GivesTheRightByte()
    {
        using var stream = new EditedStream(new MemoryStream(Original), Edits);
        foreach (var position in Enumerable.Range(0, Expected.Length).Reverse())
        {
            stream.Position = position;
            Assert.That(stream.ReadByte(), Is.EqualTo(Expected[position]));
        }

        Assert.That(stream.Seek(-1, SeekOrigin.End), Is.EqualTo(Expected.Length - 1));
        Assert.That(stream.Seek(10, SeekOrigin.End), Is.EqualTo(Expected.Length + 10));
        Assert.That(stream.ReadByte(), Is.EqualTo(-1));
    }

    [TestCase(5, 1, 3, 1)]
    [TestCase(5, 3, 7, 1)]
    [TestCase(99, 2, 100, 0)]
    [TestCase(-1, 1, 5, 1)]
    [TestCase(5, -1, 6, 1)]
    [TestCase(5, 1, 101, 0)]
    [TestCase(5, 1, long.MaxValue, long.MaxValue)]
    public void Create_WithEditsThatOverlapOrLieOutside_IsRefused(long first, long firstRemoved, long second, long secondRemoved) =>
        Assert.That(
            () => new EditedStream(
                new MemoryStream(Original), [new Edit(first, firstRemoved, default), new Edit(second, secondRemoved, default)]),
            Throws.ArgumentException);

    [Test]
    public void Write_Always_IsRefused()
    {
        using var stream = new EditedStream(new MemoryStream(Original), []);
        Assert.That(() => stream.WriteByte(1), Throws.TypeOf<NotSupportedException>());
        Assert.That(() => stream.SetLength(1), Throws.TypeOf<NotSupportedException>());
    }
}
