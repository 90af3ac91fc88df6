using System.Buffers;
using Google.Protobuf;
using Signet.Agent.Services.Messages;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;

namespace Signet.Agent.Tests.Services;

internal sealed class MessageShapeTests
{
    private const int MostFiles = 3;
    private const int LongestText = 100;

    // Field 4, length-delimited, without content.
    private static readonly byte[] EmptyFile = [0x22, 0x00];

    private static readonly MessageShape Shape = new(
        CreateRequestRequest.Descriptor,
        new Dictionary<string, int> { ["signet.v1.CreateRequestRequest.files"] = MostFiles, ["signet.v1.Build.causes"] = 2 },
        LongestText);

    [Test]
    public void FindProblem_OfAMessageWithinTheBounds_FindsNone()
    {
        var request = new CreateRequestRequest
        {
            RequestId = new string('i', LongestText),
            Build = new Build { Causes = { "a", "b" }, Number = long.MaxValue, Scm = new Scm { Url = "https://git.example/" } },
            Files = { Enumerable.Range(0, MostFiles).Select(_ => new ManifestFile { Name = "a", SizeBytes = -1 }) },
            Options = new SigningOptions { PageHashes = true },
        };

        Assert.That(Find(request.ToByteArray()), Is.Null);
    }

    [TestCase(3, false)]
    [TestCase(4, true)]
    [TestCase(1_000_000, true)]
    public void FindProblem_OfEmptyEntries_CountsThem(int entries, bool isTooMuch)
    {
        var message = Enumerable.Repeat(EmptyFile, entries).SelectMany(entry => entry).ToArray();

        Assert.That(Find(message)?.Message, isTooMuch ? Does.Contain("files has more than 3 entries") : Is.Null);
    }

    [Test]
    public void FindProblem_OfRepeatedFieldsInSeveralPartsOfOneMessage_CountsThemTogether()
    {
        // A message field that is there twice is merged.
        var part = new CreateRequestRequest { Build = new Build { Causes = { "a", "b" } } }.ToByteArray();

        Assert.That(Find([.. part, .. part])?.Message, Does.Contain("causes"));
    }

    [Test]
    public void FindProblem_OfEntriesInsideAGroup_CountsThem()
    {
        // Group 100 begins and ends; the parser skips it.
        byte[] message = [0xA3, 0x06, .. EmptyFile, .. EmptyFile, .. EmptyFile, .. EmptyFile, 0xA4, 0x06];

        Assert.That(Find(message), Is.Not.Null);
    }

    [Test]
    public void FindProblem_OfALongText_FindsItWhereverItIs()
    {
        var text = new string('x', LongestText + 1);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Find(new CreateRequestRequest { Profile = text }.ToByteArray()), Is.Not.Null);
            Assert.That(Find(new CreateRequestRequest { Files = { new ManifestFile { Name = text } } }.ToByteArray()), Is.Not.Null);
            Assert.That(Find(new CreateRequestRequest { Build = new Build { Causes = { text } } }.ToByteArray()), Is.Not.Null);
        }
    }

    [Test]
    public void FindProblem_OfBytesThatAreNoMessage_LeavesThemToTheParser()
    {
        var random = new Random(17);
        for (var round = 0; round < 10_000; round++)
        {
            var bytes = new byte[random.Next(40)];
            random.NextBytes(bytes);
            Assert.That(() => Find(bytes), Throws.Nothing);
        }
    }

    private static SigningException? Find(byte[] message)
    {
        // In two segments, as they come from the network.
        var half = message.Length / 2;
        var first = new Segment(message.AsMemory(0, half), 0);
        var last = first.Append(message.AsMemory(half));
        return Shape.FindProblem(new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length));
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long index) => (Memory, RunningIndex) = (memory, index);

        public Segment Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
