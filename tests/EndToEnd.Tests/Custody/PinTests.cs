using System.Globalization;
using System.Text;
using Signet.Testing.Agent;

namespace Signet.EndToEnd.Tests.Custody;

/// <summary>The PIN is typed once and found nowhere afterwards.</summary>
[CancelAfter(120_000)]
public sealed class PinTests
{
    private AgentEnvironment _node = null!;
    private byte[] _pin = null!;
    private int _host;

    [OneTimeSetUp]
    public async Task UseNode()
    {
        _node = await AgentEnvironment.StartUnlockedAsync(
            new AgentOptions { Profiles = [new() { Timestamped = false }] }, CancellationToken.None);
        _pin = Encoding.UTF8.GetBytes(_node.Token!.UserPin);
        using var caller = _node.Controller();
        await caller.SignAsync(
            Names.Job, Names.Profile, "a.dll", await File.ReadAllBytesAsync(SampleProgram.Library), CancellationToken.None);
        await _node.RunAsync(["lock", Names.Token], CancellationToken.None);
        await _node.RunAsync(["unlock", Names.Token, "--pin-stdin"], CancellationToken.None, "9" + _node.Token.UserPin + "\n");
        await _node.UnlockAsync(CancellationToken.None);
        _host = (await _node.Agent.GetStatusAsync(CancellationToken.None)).Tokens.Single().HostProcessId;
    }

    [OneTimeTearDown]
    public async Task StopNode() => await _node.DisposeAsync();

    [Test]
    public void Search_OfArgumentsAndEnvironment_FindsNoPin()
    {
        foreach (var process in new[] { _node.Agent.Id, _host })
        {
            Assert.That(Contains(File.ReadAllBytes($"/proc/{process}/cmdline")), Is.False, "arguments");
            Assert.That(Contains(File.ReadAllBytes($"/proc/{process}/environ")), Is.False, "environment");
        }
    }

    [Test]
    public void Search_OfEveryFileOfTheNode_FindsNoPin()
    {
        var files = Directory.GetFiles(_node.Files.Root, "*", SearchOption.AllDirectories)
            .Where(file => !file.EndsWith(".sock", StringComparison.Ordinal) && new FileInfo(file).Length > 0).ToList();
        Assert.That(files, Has.Some.EndsWith("signet.db").And.Some.EndsWith("signet.log"));
        Assert.That(files.Where(file => Contains(File.ReadAllBytes(file))), Is.Empty);
    }

    [Test]
    public void Search_OfTheConsole_FindsNoPin() => Assert.That(_node.Agent.Output, Does.Not.Contain(_node.Token!.UserPin));

    [Test]
    public void Search_OfTheAgentsMemory_FindsNoPin() => Assert.That(FindInMemory(_node.Agent.Id, _pin), Is.Empty);

    [Test]
    public void Search_OfTheTokenHostsMemory_FindsNoPin() => Assert.That(FindInMemory(_host, _pin), Is.Empty);

    [Test]
    public void Search_OfTheAgentsMemory_FindsWhatIsThere()
    {
        // The search itself is held to something: the name of the token is in the agent's memory.
        Assert.That(FindInMemory(_node.Agent.Id, Encoding.Unicode.GetBytes(Names.Job)), Is.Not.Empty);
    }

    [Test]
    public async Task Status_AfterAWrongPin_ShowsNothingOfIt(CancellationToken cancellationToken)
    {
        var status = await _node.RunAsync(["status", "--json"], cancellationToken);
        Assert.That(status.All, Does.Not.Contain(_node.Token!.UserPin));
        var search = await _node.RunAsync(["audit", "search"], cancellationToken);
        Assert.That(search.Output, Does.Contain("token-unlock-failed").And.Not.Contain(_node.Token.UserPin));
    }

    private bool Contains(byte[] bytes) => bytes.AsSpan().IndexOf(_pin) >= 0;

    /// <summary>Searches every readable mapping of a process (proc(5), /proc/PID/mem).</summary>
    /// <returns>The mappings that hold the text.</returns>
    private static List<string> FindInMemory(int processId, byte[] text)
    {
        var found = new List<string>();
        using var memory = new FileStream($"/proc/{processId}/mem", FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1);
        var buffer = new byte[4 << 20];
        foreach (var line in File.ReadAllLines($"/proc/{processId}/maps"))
        {
            var parts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (parts[1][0] != 'r' || line.EndsWith("[vvar]", StringComparison.Ordinal) || line.EndsWith("[vsyscall]", StringComparison.Ordinal))
            {
                continue;
            }

            var range = parts[0].Split('-').Select(hex => ulong.Parse(hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToArray();
            if (Holds(memory, (long)range[0], (long)range[1], buffer, text))
            {
                found.Add(line);
            }
        }

        return found;
    }

    private static bool Holds(FileStream memory, long start, long end, byte[] buffer, byte[] text)
    {
        for (var position = start; position < end; position += buffer.Length - text.Length)
        {
            int read;
            try
            {
                read = RandomAccess.Read(memory.SafeFileHandle, buffer.AsSpan(0, (int)Math.Min(buffer.Length, end - position)), position);
            }
            catch (IOException)
            {
                // A mapping without pages behind it, or one that is gone.
                return false;
            }

            if (read <= 0)
            {
                return false;
            }

            if (buffer.AsSpan(0, read).IndexOf(text) >= 0)
            {
                return true;
            }
        }

        return false;
    }
}
