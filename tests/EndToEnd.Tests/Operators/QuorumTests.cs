using Signet.EndToEnd.Tests.Node;
using Signet.Protocol.V1;
using Signet.Testing.Agent;

namespace Signet.EndToEnd.Tests.Operators;

/// <summary>Operators with accounts of their own unlock a token together; fewer never do.</summary>
[CancelAfter(300_000)]
public sealed class QuorumTests
{
    private QuorumNode _node = null!;

    [OneTimeSetUp]
    public async Task StartNode() => _node = await QuorumNode.StartAsync("q", 9, CancellationToken.None);

    [OneTimeTearDown]
    public async Task StopNode() => await _node.DisposeAsync();

    [Test]
    public async Task Unlock_ByAQuorum_TakesKDistinctMembersAndNoFewer(CancellationToken cancellationToken)
    {
        (int Threshold, int Members)[] quorums = [(1, 1), (2, 3), (5, 9)];
        var first = true;
        foreach (var (threshold, count) in quorums)
        {
            var members = _node.Accounts.Take(count).ToList();
            var change = first
                ? await _node.CreateAsync(threshold, members, cancellationToken)
                : await GrowAsync(threshold, members, cancellationToken);
            Assert.That(change.ExitCode, Is.Zero, change.All);
            first = false;
            await _node.UntilAsync(TokenState.Locked, cancellationToken);
            var logins = _node.Lane.Module.Logins;

            // Not the first ones, so that it shows that any of them do.
            var acting = members.TakeLast(threshold).ToList();
            foreach (var member in acting.SkipLast(1))
            {
                var given = await _node.UnlockAsync(member, cancellationToken);
                Assert.That(given.ExitCode, Is.EqualTo(3), given.All);

                // The same operator again counts once.
                var again = await _node.UnlockAsync(member, cancellationToken);
                Assert.That(again.ExitCode, Is.EqualTo(3), again.All);
                Assert.That(again.Output, Does.Contain($"{acting.IndexOf(member) + 1}/{threshold}"));
            }

            Assert.That(_node.Lane.Module.Logins, Is.EqualTo(logins), "a PIN was tried with fewer shares");
            if (threshold > 1)
            {
                Assert.That(_node.Lane.Status.State, Is.EqualTo(TokenState.Unlocking));
                Assert.That(_node.Lane.Status.Detail, Does.Contain($"{threshold - 1}/{threshold}, ").And.Contain(acting[0]));
                Assert.That(await _node.SignsAsync(cancellationToken), Is.False);
                var screen = await _node.Environment.RunAsync(["status"], cancellationToken);
                Assert.That(screen.Output, Does.Contain($"unlocking {threshold - 1}/{threshold}, {acting[0]}"));
            }

            var last = await _node.UnlockAsync(acting[^1], cancellationToken);
            Assert.That(last.ExitCode, Is.Zero, last.All);
            await _node.UntilAsync(TokenState.Ready, cancellationToken);
            Assert.That(await _node.SignsAsync(cancellationToken), Is.True);
            Assert.That(_node.Lane.Module.Logins, Is.EqualTo(logins + 1));
            Assert.That(_node.Lane.Status.UnlockedBy, Is.EqualTo(string.Join(", ", acting)));
        }

        var ledger = await LedgerOf.ReadAsync(_node.Environment, cancellationToken, "quorum-changed");
        Assert.That(ledger.Select(record => record.Text("detail")), Has.Some.Contains("5 of 9"));
        var pin = await _node.Environment.RunAsync(
            ["unlock", Names.Token, "--pin-stdin"], cancellationToken, _node.Environment.Token!.UserPin + "\n");
        Assert.That(pin.ExitCode, Is.Zero, "it is unlocked already: " + pin.All);
    }

    private async Task<Testing.Tools.ProgramResult> GrowAsync(
        int threshold, IReadOnlyList<string> members, CancellationToken cancellationToken)
    {
        var shown = await _node.Environment.RunAsync(["quorum", "show", Names.Token, "--json"], cancellationToken);
        using var quorum = System.Text.Json.JsonDocument.Parse(shown.Output);
        var before = quorum.RootElement.GetProperty("quorum");
        var old = before.GetProperty("members").EnumerateArray().Select(member => member.GetProperty("account").GetString()!).ToList();
        Testing.Tools.ProgramResult? last = null;
        foreach (var member in old.Take(before.GetProperty("threshold").GetInt32()))
        {
            last = await _node.RunAsync(
                member,
                ["quorum", "replace", Names.Token, "--lock", "--threshold", $"{threshold}", .. members.Except(old).SelectMany(added => new[] { "--add", added }), "--pin-stdin"],
                cancellationToken, QuorumNode.PassphraseOf(member) + "\n");
        }

        return last!;
    }
}
