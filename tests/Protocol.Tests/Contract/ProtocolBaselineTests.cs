using Signet.Testing.Tools;

namespace Signet.Protocol.Tests.Contract;

/// <summary>
/// Peers of other versions speak what the baseline says. Adding a line to it is compatible; changing or dropping a line
/// breaks a controller that is not updated together with the agent, so a released line is never changed.
/// </summary>
public sealed class ProtocolBaselineTests
{
    private const string Baseline = "tests/assets/protocol/signet.v1.txt";

    /// <remarks>After a change that is meant: copy the file that the message names over the baseline, and read the diff.</remarks>
    [Test]
    public void Protocol_WhenComparedWithBaseline_IsTheSame()
    {
        var now = ProtocolDescription.Text();
        var copy = Path.Combine(TestContext.CurrentContext.WorkDirectory, "signet.v1.txt");
        File.WriteAllText(copy, now);

        Assert.That(
            now.Split('\n'),
            Is.EqualTo(File.ReadAllText(Repository.PathOf(Baseline)).Split('\n')),
            $"protos/ and {Baseline} differ. If the change is meant: cp {copy} {Repository.PathOf(Baseline)}");
    }
}
