using Signet.Formats.Containers;

namespace Signet.Formats.Tests.Containers;

/// <summary>Two lists of edits as one do what they do one after the other.</summary>
public sealed class EditCompositionTests
{
    [Test]
    public void Compose_OfRandomEdits_DoesWhatBothDo()
    {
        var random = new Random(20261125);
        for (var round = 0; round < 2000; round++)
        {
            var original = Bytes(random, random.Next(40));
            var first = Edits(random, original.Length);
            var middle = Apply(original, first);
            var second = Edits(random, middle.Length);
            var expected = Apply(middle, second);

            var composed = EditComposition.Compose(original.Length, first, second);
            Assert.That(Apply(original, composed), Is.EqualTo(expected), $"round {round}");
            Assert.That(composed.Select(edit => edit.Offset), Is.Ordered.Ascending);
        }
    }

    [Test]
    public void Compose_OfUntouchedParts_DoesNotInsertThem()
    {
        var first = new[] { new Edit(10, 5, new byte[3]) };
        var second = new[] { new Edit(900, 0, new byte[7]) };
        var composed = EditComposition.Compose(1000, first, second);
        Assert.That(composed.Select(edit => (edit.Offset, edit.RemovedBytes, edit.Inserted.Length)), Is.EqualTo(new[] { (10L, 5L, 3), (902L, 0L, 7) }));
    }

    [Test]
    public void Compose_OfEditsBehindTheEnd_IsRefused() => Assert.That(
        () => EditComposition.Compose(10, [new Edit(0, 1, default)], [new Edit(10, 0, new byte[1])]),
        Throws.ArgumentException);

    private static List<Edit> Edits(Random random, int length)
    {
        var edits = new List<Edit>();
        var at = 0;
        while (random.Next(4) != 0)
        {
            at += random.Next(length - at + 1);
            var removed = random.Next(Math.Min(8, length - at) + 1);
            edits.Add(new Edit(at, removed, Bytes(random, random.Next(6))));
            at += removed;
        }

        return edits;
    }

    private static byte[] Apply(byte[] original, IReadOnlyList<Edit> edits)
    {
        using var edited = new EditedStream(new MemoryStream(original), edits);
        using var result = new MemoryStream();
        edited.CopyTo(result);
        return result.ToArray();
    }

    private static byte[] Bytes(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }
}
