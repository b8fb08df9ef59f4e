using System.CommandLine;
using Offerbook.Agent;
using Offerbook.Agent.Hosting.Flags;
using Offerbook.Agent.Registration;
using Offerbook.Cli.Talking;

namespace Offerbook.Cli.Parts;

/// <summary><c>offerbook agent</c></summary>
internal static class AgentCommand
{
    public static Command Create()
    {
        var (port, listen, hostname, masters) = (PartOptions.Port("agent", 5051), PartOptions.Listen(), PartOptions.Hostname(), PartOptions.Masters());
        var directory = new Option<string>("--work-dir")
        {
            Description = "Where sandboxes and the agent's own state lie", DefaultValueFactory = _ => "./.offerbook/agent-1", HelpName = "dir",
        };
        var flags = new FlagOptions<AgentOptions>(AgentFlags.Set);
        var stopTasks = new Option<bool>("--stop-tasks") { Description = "End all tasks when the agent stops (else they go on running)" };
        var command = new Command("agent", "Run an agent") { port, listen, hostname, masters, directory, stopTasks };
        flags.AddTo(command);
        command.SetAction((parsed, cancellation) => PartRun.RunAsync("agent", "--work-dir",
            logs => AgentHost.StartAsync(flags.Apply(parsed, new AgentOptions(Path.GetFullPath(parsed.GetValue(directory)!), PartOptions.Addresses(parsed.GetValue(masters)!))
            {
                ListenAddress = PartOptions.Address(parsed.GetValue(listen)!),
                Port = parsed.GetValue(port),
                Hostname = parsed.GetValue(hostname),
                Credential = CredentialOption.Resolve(parsed),
                Reconfiguration = ReconfigurationPolicy.Equal,
                ExtraPath = AppContext.BaseDirectory.TrimEnd('/'),
                StopTasksOnExit = parsed.GetValue(stopTasks),
            }), cancellation, logs),
            part => (part.Address, part.Completion), cancellation));
        return command;
    }
}
