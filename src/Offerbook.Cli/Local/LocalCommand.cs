using System.CommandLine;
using Offerbook.Cli.Talking;

namespace Offerbook.Cli.Local;

/// <summary><c>offerbook local</c>: a whole cluster in one process.</summary>
internal static class LocalCommand
{
    public static Command Create()
    {
        var dataDirectory = new Option<string>("--data-dir") { Description = "Where the cluster keeps its state",
            DefaultValueFactory = _ => "./.offerbook", HelpName = "dir" };
        var masterPort = Port("--master-port", "Port of the master", 5050);
        var agentPort = Port("--agent-port", "Port of the first agent; others take the ports after it", 5051);
        var appsPort = Port("--apps-port", "Port of Apps", 8080);
        var batchPort = Port("--batch-port", "Port of Batch", 8082);
        var agents = new Option<int>("--agents") { Description = "How many agents to start", DefaultValueFactory = _ => 1 };
        var resources = new Option<string?>("--agent-resources")
        {
            Description =
                "What each agent offers, as 'cpus:64;mem:65536;disk:65536;ports:[31000-32000]' (else what the machine has, shared evenly)",
            HelpName = "resources",
        };
        var attributes = new Option<string[]>("--agent-attributes")
        {
            Description = "What an agent is, as 'rack:a;disk:ssd'; the first is the first agent's, and so on", HelpName = "attributes",
            DefaultValueFactory = _ => [],
        };
        var group = new Option<string?>("--group") { Description = "Submit this group and report until it is healthy", HelpName = "file" };
        var stopTasks = new Option<bool>("--stop-tasks") { Description = "End all tasks when the cluster stops (else they go on running)" };
        var command = new Command("local", "Start a master, agents, Apps and Batch in one process")
        {
            dataDirectory, masterPort, agentPort, appsPort, batchPort, agents, resources, attributes, group, stopTasks,
        };
        agents.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && result.GetValueOrDefault<int>() is < 1 or > LocalOptions.MaxAgents)
            {
                result.AddError($"--agents takes a number from 1 to {LocalOptions.MaxAgents}.");
            }
        });
        command.SetAction((parsed, cancellation) => new LocalSession(new LocalOptions
        {
            DataDirectory = Path.GetFullPath(parsed.GetValue(dataDirectory)!),
            MasterPort = parsed.GetValue(masterPort),
            AgentPort = parsed.GetValue(agentPort),
            AppsPort = parsed.GetValue(appsPort),
            BatchPort = parsed.GetValue(batchPort),
            Agents = parsed.GetValue(agents),
            AgentResources = parsed.GetValue(resources),
            AgentAttributes = parsed.GetValue(attributes)!,
            Group = parsed.GetValue(group),
            StopTasks = parsed.GetValue(stopTasks),
            Credential = CredentialOption.Resolve(parsed),
        }).RunAsync(cancellation));
        return command;
    }

    private static Option<int> Port(string name, string description, int fallback)
    {
        var option = new Option<int>(name) { Description = description + " on 127.0.0.1", DefaultValueFactory = _ => fallback,
            HelpName = "port" };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && result.GetValueOrDefault<int>() is < 0 or > 65535)
            {
                result.AddError($"{name} takes a port from 0 (any free one) to 65535.");
            }
        });
        return option;
    }
}
