using Signet.Testbed.Demo;
using Signet.Testbed.Serve;

const string usage = """
    usage: Signet.Testbed serve        a signing node for the plugin's tests; commands on standard input
           Signet.Testbed demo DIR     signs a real .exe and .dll and leaves everything in DIR
    """;

using var ending = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    // The node's processes and files are taken away first.
    pressed.Cancel = true;
    ending.Cancel();
};

switch (args)
{
    case ["serve"]:
        return await new NodeServer(Console.In, Console.Out).RunAsync(ending.Token);
    case ["demo", var directory]:
        return await new DemoRun(Path.GetFullPath(directory), Console.Out).RunAsync(ending.Token);
    default:
        await Console.Error.WriteLineAsync(usage);
        return 1;
}
