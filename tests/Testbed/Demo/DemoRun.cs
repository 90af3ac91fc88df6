using System.Diagnostics;
using System.Text.Json;
using Signet.Testing.Agent;
using Signet.Testing.SoftHsm;
using Signet.Testing.Tools;

namespace Signet.Testbed.Demo;

/// <summary>The whole of Signet once, from an empty token to a receipt that is checked offline.</summary>
internal sealed class DemoRun(string directory, TextWriter output)
{
    private static readonly AgentOptions Options = new()
    {
        Keys = [new() { Type = "rsa:3072" }],
    };

    private readonly Story _story = new(output);
    private readonly DemoDirectory _result = new(directory);

    /// <summary>Runs the demo; 0 when everything went as it has to.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        try
        {
            await TellAsync(cancellationToken);
            _story.Say(string.Empty);
            _story.Say($"Done in {watch.Elapsed.TotalSeconds:0} s. Everything is in {directory}:");
            _story.Say(_result.Listing());
            return 0;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            _story.Say(string.Empty);
            _story.Say("THE DEMO FAILED: " + exception);
            return 2;
        }
        finally
        {
            await _result.WriteAsync("demo.txt", _story.Text);
        }
    }

    private async Task TellAsync(CancellationToken cancellationToken)
    {
        _story.Say("Signet signs the builds of a Jenkins server with a key that never leaves its smartcard or HSM.");
        _story.Say("Everything below is real: SoftHSM2 stands for the HSM, the plugin's Java client for Jenkins.");
        await using var node = await AgentEnvironment.CreateAsync(Options, cancellationToken);
        await ShowKeyAsync(node, cancellationToken);
        await ShowConfigurationAsync(node, cancellationToken);
        await node.StartAgentAsync(cancellationToken);
        await ShowLockedAsync(node, cancellationToken);
        await UnlockAsync(node, cancellationToken);
        await SignAsync(node, cancellationToken);
        await RefuseAsync(node, cancellationToken);
        await VerifyFilesAsync(node, cancellationToken);
        await ShowLedgerAsync(node, cancellationToken);
        await CheckReceiptAsync(node, cancellationToken);
        await CrashAsync(node, cancellationToken);
    }

    private async Task ShowKeyAsync(AgentEnvironment node, CancellationToken cancellationToken)
    {
        var token = node.Token!;
        _story.Step("A token with a key that cannot leave it");
        _story.Say("An RSA-3072 key was made on a new SoftHSM token. This is what the token says of it:");
        _story.Show(
            $"pkcs11-tool --module {SoftHsmToken.ModulePath} --login --list-objects --type privkey",
            await token.Pkcs11ToolAsync(["--list-objects", "--type", "privkey"], cancellationToken));
        File.Copy(node.Files.SigningRoot, _result.PathOf("ca.pem"), overwrite: true);
        File.Copy(node.Files.TimestampRoots, _result.PathOf("tsa.pem"), overwrite: true);
        _story.Say("A throwaway CA certified its public half (ca.pem). A timestamp authority listens on this machine (tsa.pem).");
    }

    private async Task ShowConfigurationAsync(AgentEnvironment node, CancellationToken cancellationToken)
    {
        _story.Step("The whitelist");
        _story.Say($"Two jobs exist, '{Names.Job}' and '{Names.OtherJob}'. The configuration grants the profile to the first:");
        var lines = await File.ReadAllLinesAsync(node.Files.Configuration, cancellationToken);
        _story.Say(string.Join('\n', lines.SkipWhile(line => line != "profiles:").Select(line => "  " + line)));
        await ShowAsync(node, ["config", "check"], cancellationToken);
    }

    private async Task ShowLockedAsync(AgentEnvironment node, CancellationToken cancellationToken)
    {
        _story.Step("The agent starts, and its key is locked");
        await ShowAsync(node, ["status"], cancellationToken, expected: 3);
        _story.Say("A job that asks now is told what has to happen. Nothing is signed:");
        ShowJob(Names.Job, await RunJobAsync(node, Names.Job, cancellationToken), expected: 2);
    }

    private async Task UnlockAsync(AgentEnvironment node, CancellationToken cancellationToken)
    {
        _story.Step("An operator unlocks it");
        _story.Say("The PIN goes into the process that holds the token and nowhere else. (Here a pipe types it; people are asked.)");
        await ShowAsync(node, ["unlock", Names.Token, "--pin-stdin"], cancellationToken, input: node.Token!.UserPin + "\n");
        await ShowAsync(node, ["status"], cancellationToken);
    }

    private async Task SignAsync(AgentEnvironment node, CancellationToken cancellationToken)
    {
        _story.Step("The whitelisted job signs an .exe and a .dll");
        ShowJob(Names.Job, await RunJobAsync(node, Names.Job, cancellationToken), expected: 0);
    }

    private async Task RefuseAsync(AgentEnvironment node, CancellationToken cancellationToken)
    {
        _story.Step("The other job gets nothing");
        _result.StageUnsigned();
        ShowJob(Names.OtherJob, await RunJobAsync(node, Names.OtherJob, cancellationToken), expected: 2);
        _result.RequireUnsigned();
        _story.Say("Its files are untouched.");
    }

    private async Task VerifyFilesAsync(AgentEnvironment node, CancellationToken cancellationToken)
    {
        _story.Step("Two judges verify the signatures");
        foreach (var file in DemoDirectory.Programs)
        {
            var path = $"signed/{file}";
            var result = await ExternalProgram.RunAsync(
                "osslsigncode", ["verify", "-CAfile", "ca.pem", "-TSA-CAfile", "tsa.pem", "-in", path], cancellationToken, directory);
            _story.Show($"osslsigncode verify -CAfile ca.pem -TSA-CAfile tsa.pem -in {path}", Brief(result));
            await ShowHereAsync(["verify", path, "--root", "ca.pem", "--timestamp-root", "tsa.pem"], cancellationToken);
        }
    }

    private async Task ShowLedgerAsync(AgentEnvironment node, CancellationToken cancellationToken)
    {
        _story.Step("Everything is in the ledger");
        await ShowAsync(node, ["audit", "search"], cancellationToken);
        await ShowAsync(node, ["audit", "verify"], cancellationToken);
        _story.Say("An auditor takes a copy and verifies it elsewhere, with the ledger's public key (ledger.pub):");
        var status = await node.Agent.GetStatusAsync(cancellationToken);
        await _result.WriteAsync("ledger.pub", status.Ledger.VerifierKey + "\n");
        await ShowAsync(node, ["audit", "export", "--output", _result.PathOf("ledger.jsonl")], cancellationToken);
        await ShowHereAsync(["audit", "verify", "ledger.jsonl", "--key", "ledger.pub"], cancellationToken);
    }

    private async Task CheckReceiptAsync(AgentEnvironment node, CancellationToken cancellationToken)
    {
        _story.Step("A receipt proves offline that the signature is on record");
        _result.MoveReceipts();
        var receipt = "receipts/hello.exe.json";
        await ShowHereAsync(["audit", "check", receipt, "--key", "ledger.pub"], cancellationToken);
        _story.Say("A receipt in which somebody changed the job:");
        var altered = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(File.ReadAllText(_result.PathOf(receipt)))!;
        var record = altered["record"].GetString()!.Replace(Names.Job, Names.OtherJob, StringComparison.Ordinal);
        altered["record"] = JsonSerializer.SerializeToElement(record);
        var file = node.Files.Root + "/altered.json";
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(altered), cancellationToken);
        await ShowHereAsync(["audit", "check", file, "--key", "ledger.pub"], cancellationToken, expected: 2);
    }

    private async Task CrashAsync(AgentEnvironment node, CancellationToken cancellationToken)
    {
        _story.Step("A crash locks the key");
        await node.KillTokenHostAsync(cancellationToken);
        _story.Say("The process that held the token was killed. The agent started a new one, which waits for an operator:");
        await ShowAsync(node, ["status"], cancellationToken, expected: 3);
    }

    private async Task ShowAsync(
        AgentEnvironment node, string[] arguments, CancellationToken cancellationToken, string? input = null, int expected = 0) =>
        _story.Show("signet " + string.Join(' ', arguments), await node.RunAsync(arguments, cancellationToken, input), expected);

    // Without the node: what an auditor does on a machine of their own.
    private async Task ShowHereAsync(string[] arguments, CancellationToken cancellationToken, int expected = 0) =>
        _story.Show(
            "signet " + string.Join(' ', arguments),
            await ExternalProgram.RunAsync(SignetCommand.Executable, arguments, cancellationToken, directory), expected);

    private Task<ProgramResult> RunJobAsync(AgentEnvironment node, string job, CancellationToken cancellationToken) =>
        JavaClient.RunAsync(
            node,
            new JavaSigning
            {
                Workspace = job == Names.Job ? _result.PathOf("signed") : _result.PathOf("refused"),
                Files = DemoDirectory.Programs,
                Job = job,
                Receipts = _result.PathOf("receipts"),
                More = ["--description", "Hello", "--description-url", "https://example.com/hello"],
            },
            cancellationToken);

    private void ShowJob(string job, ProgramResult result, int expected) => _story.Show(
        $"java io.jenkins.plugins.signet.client.SignCommand --job {job} --profile {Names.Profile} "
        + $"--credential {Names.Credential} ... {string.Join(' ', DemoDirectory.Programs)}",
        result, expected);

    // osslsigncode prints every certificate in full; what a person looks for is this.
    private static ProgramResult Brief(ProgramResult result) => result with
    {
        Output = string.Join('\n', result.Output.Split('\n').Where(line =>
            line.Contains("erif", StringComparison.Ordinal) || line.Contains("imestamp", StringComparison.Ordinal)
            || line.Contains("ucceeded", StringComparison.Ordinal) || line.Contains("Subject:", StringComparison.Ordinal))),
    };
}
