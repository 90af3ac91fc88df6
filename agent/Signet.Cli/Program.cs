using Signet.Cli;
using Signet.Cli.Commands;
using Signet.Cli.Screens;

var context = new CommandContext(new Terminal(), TimeProvider.System);
return await CommandLine.RunAsync(new SignetCommand(context), args, context);
