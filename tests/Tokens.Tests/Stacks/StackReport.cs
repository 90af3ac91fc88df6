using System.Diagnostics;
using System.Text.Encodings.Web;
using System.Text.Json;
using Signet.Protocol.V1;
using Signet.Testing.Stacks;
using Signet.Testing.Tools;
using Signet.Tokens.Tests.Tools;

namespace Signet.Tokens.Tests.Stacks;

/// <summary>
/// Notes what a stack was seen to do, so that a run leaves artifacts/test/tokens.json: a row a stack. A test notes what it has
/// just asserted, never before.
/// </summary>
internal sealed class StackReport
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly Lock Gate = new();
    private static readonly SortedDictionary<string, object> Rows = new(StringComparer.Ordinal);

    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly List<string> _passed = [];
    private int _signatures;
    private string? _counterAfterWrongPin;

    /// <summary>It holds.</summary>
    public void Passed(string what) => _passed.Add(what);

    /// <summary>So many signatures were accepted by the keys' public halves.</summary>
    public void Verified(int signatures) => _signatures += signatures;

    /// <summary>What the token's flags say after one wrong PIN.</summary>
    public void CounterAfterWrongPin(PinCounter counter) => _counterAfterWrongPin = counter.ToString();

    /// <summary>Writes the file anew, with this stack's row; called at the end of a test that passed.</summary>
    public void Write(ITokenSetup stack, TokenUnderTest running)
    {
        var status = running.Supervisor.Status;
        var unlock = status.UnlockMethod.ToString();
        var row = new
        {
            stack = stack.Name,
            unlock,
            module = stack.ModulePath,
            manufacturer = status.Manufacturer,
            model = status.Model,
            needsPin = stack.Pin is not null,
            saysNoLogin = status.SaysNoLogin,
            counterAfterWrongPin = _counterAfterWrongPin,
            keys = running.Supervisor.Keys.Select(key => new
            {
                algorithm = key.Algorithm.ToString(),
                bits = key.SizeBits,
                label = key.Label,
                id = Convert.ToHexStringLower(key.Id.Span),
                pss = key.SignsPss,
                hardware = key is { Local: true, AlwaysSensitive: true, NeverExtractable: true },
            }),
            signatures = _signatures,
            passed = _passed,
            seconds = Math.Round(_watch.Elapsed.TotalSeconds, 1),
        };
        lock (Gate)
        {
            Rows[$"{stack.Name}, {unlock}"] = row;
            var directory = Directory.CreateDirectory(Repository.PathOf("artifacts/test")).FullName;
            File.WriteAllText(
                Path.Combine(directory, "tokens.json"), JsonSerializer.Serialize(new { stacks = Rows.Values }, Indented) + "\n");
        }
    }
}
