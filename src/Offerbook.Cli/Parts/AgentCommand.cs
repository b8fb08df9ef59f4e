using System.CommandLine;
using Offerbook.Agent;
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
        var resources = new Option<string?>("--resources")
        {
            Description = "What the agent offers, as 'cpus:4;mem:8192;ports:[31000-32000]'; the rest is detected", HelpName = "resources",
        };
        var attributes = new Option<string?>("--attributes") { Description = "What the agent is, as 'rack:a;zone:b'", HelpName = "attributes" };
        var oversubscribed = new Option<string?>("--oversubscribed-resources")
        {
            Description = "What the agent offers as revocable on top, as 'cpus:4;mem:1024'", HelpName = "resources",
        };
        var stopTasks = new Option<bool>("--stop-tasks") { Description = "End all tasks when the agent stops (else they go on running)" };
        var command = new Command("agent", "Run an agent") { port, listen, hostname, masters, directory, resources, oversubscribed, attributes, stopTasks };
        command.SetAction((parsed, cancellation) => PartRun.RunAsync("agent", "--work-dir",
            logs => AgentHost.StartAsync(new AgentOptions(Path.GetFullPath(parsed.GetValue(directory)!), PartOptions.Addresses(parsed.GetValue(masters)!))
            {
                ListenAddress = PartOptions.Address(parsed.GetValue(listen)!),
                Port = parsed.GetValue(port),
                Hostname = parsed.GetValue(hostname),
                Credential = CredentialOption.Resolve(parsed),
                Resources = parsed.GetValue(resources),
                OversubscribedResources = parsed.GetValue(oversubscribed),
                Attributes = parsed.GetValue(attributes),
                ExtraPath = AppContext.BaseDirectory.TrimEnd('/'),
                StopTasksOnExit = parsed.GetValue(stopTasks),
            }, cancellation, logs),
            part => (part.Address, part.Completion), cancellation));
        return command;
    }
}
