using System.CommandLine;
using Offerbook.Agent;
using Offerbook.Agent.Hosting.Flags;
using Offerbook.Agent.Registration;
using Offerbook.Cli.Talking;
using Offerbook.Wire.Hosting.Logging;

namespace Offerbook.Cli.Parts;

/// <summary><c>offerbook agent</c></summary>
internal static class AgentCommand
{
    public static Command Create()
    {
        var listen = PartOptions.Listen();
        var flags = new FlagOptions<AgentOptions>(AgentFlags.Set);
        var command = new Command("agent", "Run an agent") { listen };
        flags.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            var options = flags.Apply(parsed, new AgentOptions(Path.GetFullPath("./.offerbook/agent-1"), [new Uri("http://127.0.0.1:5050")])
            {
                ListenAddress = PartOptions.Address(parsed.GetValue(listen)!),
                Credential = CredentialOption.Resolve(parsed),
                Reconfiguration = ReconfigurationPolicy.Equal,
                ExtraPath = AppContext.BaseDirectory.TrimEnd('/'),
            });
            var verbosity = new LogVerbosity(options.LogMinimum, TimeProvider.System);
            return PartRun.RunAsync("agent", "--work_dir",
                logs => AgentHost.StartAsync(options with { Verbosity = verbosity }, cancellation, logs),
                part => (part.Address, part.Completion), cancellation,
                logging => PartLogging.SetUp(logging, verbosity, options.IsQuiet, options.LogDirectory is null ? null : options.LogFile));
        });
        return command;
    }
}
