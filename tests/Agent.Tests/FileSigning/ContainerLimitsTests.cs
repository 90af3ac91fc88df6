using Signet.Agent.FileSigning;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;

namespace Signet.Agent.Tests.FileSigning;

/// <summary>A container that is a bomb ends with a typed error, whatever it is that explodes.</summary>
internal sealed class ContainerLimitsTests
{
    private static IEnumerable<TestCaseData> Bombs()
    {
        yield return Bomb("depth", limits => limits.Enter(ContainerLimits.MostDepth + 1), "deep");
        yield return Bomb("entries at once", limits => limits.AddEntries(int.MaxValue), "files in it");
        yield return Bomb("entries bit by bit", limits => Repeat(300, () => limits.AddEntries(1000)), "files in it");
        yield return Bomb("unpacked bytes", limits => Repeat(40, () => limits.AddUnpacked(1L << 30)), "bytes unpacked");
        yield return Bomb("signatures", limits => Repeat(4, limits.AddSignature), "3 files to sign");
        yield return Bomb("replaced bytes", limits => Repeat(3, () => limits.AddReplaced(200L << 20)), "bytes of signed files");

        static TestCaseData Bomb(string name, Action<ContainerLimits> explode, string text) =>
            new TestCaseData(explode, text).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Bombs))]
    public void Count_OfTooMuch_IsRefused(object explode, string text)
    {
        var refusal = Assert.Throws<SigningException>(() => ((Action<ContainerLimits>)explode)(new ContainerLimits("a.zip", 3)));
        Assert.That(refusal.Reason, Is.EqualTo(ErrorReason.LimitExceeded));
        Assert.That(refusal.Message, Does.Contain("a.zip").And.Contain(text));
    }

    [Test]
    public void Count_OfWhatIsAllowed_IsTaken()
    {
        var limits = new ContainerLimits("a.zip", 3);
        Assert.That(
            () =>
            {
                limits.Enter(ContainerLimits.MostDepth);
                limits.AddEntries(200_000);
                limits.AddUnpacked(32L << 30);
                Repeat(3, limits.AddSignature);
                limits.AddReplaced(512L << 20);
            },
            Throws.Nothing);
    }

    private static void Repeat(int times, Action action)
    {
        for (var time = 0; time < times; time++)
        {
            action();
        }
    }
}
