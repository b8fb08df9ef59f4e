using Mesos.V1;
using Offerbook.Agent.Docker;
using Offerbook.Agent.Containers;

namespace Offerbook.Agent.Tasks;

/// <summary>Derives what to run from what the framework said. Depends on nothing else, so that a restarted agent derives the same.</summary>
internal static class ContainerSpecs
{
    public static ContainerSpec Of(AgentTask task, FrameworkInfo framework, AgentSettings settings)
    {
        var environment = Standard(task, framework, settings);
        environment.AddRange(Variables(task.Info.Command));
        var spec = new ContainerSpec(task.Container, task.Sandbox, Command(task.Info.Command), User(task.Info, framework), environment)
        {
            Volumes = TaskVolumes.Of(task.Info, task.Sandbox),
            Fetch = Fetches(task.Info.Command),
            Limits = ContainerLimits.Of(task.Info.Resources, task.Info.Limits),
            Process = ProcessSettingsReader.Of(task.Info.Container),
        };
        return DockerSpecs.NeedsEngine(task.Info.Container)
            ? DockerSpecs.Complete(spec, task.Info.Container, task.Info.Command, task.Info.Resources)
            : spec;
    }

    public static CommandSpec Command(CommandInfo command) => command.Shell
        ? new CommandSpec.Shell(command.Value)
        // arguments[0] is the name under which the program is run (argv[0]).
        : new CommandSpec.Program(command.Value, [.. command.Arguments.Skip(1)]) { Name = command.Arguments.FirstOrDefault() };

    public static IEnumerable<KeyValuePair<string, string>> Variables(CommandInfo command) =>
        (command.Environment?.Variables ?? []).Select(variable =>
            KeyValuePair.Create(variable.Name, variable.Secret?.Value is { } secret ? secret.Data.ToStringUtf8() : variable.Value));

    public static IReadOnlyList<FetchItem> Fetches(CommandInfo? command) =>
    [
        .. (command?.Uris ?? []).Select(uri => new FetchItem(
            uri.Value, uri.Extract, uri.Executable, uri.Cache, uri.HasOutputFile ? uri.OutputFile : null)),
    ];

    private static string? User(TaskInfo task, FrameworkInfo framework) =>
        task.Command is { HasUser: true, User.Length: > 0 } command ? command.User : framework.User is { Length: > 0 } user ? user : null;

    /// <summary>What Mesos' agent sets for a command task (API section 4). The sandbox's own path is added where it is known, by the shell.</summary>
    private static List<KeyValuePair<string, string>> Standard(AgentTask task, FrameworkInfo framework, AgentSettings settings)
    {
        var endpoint = $"{settings.IpAddress}:{settings.Info.Port}";
        var list = new List<KeyValuePair<string, string>>
        {
            new("MESOS_FRAMEWORK_ID", task.Key.Framework.Value),
            new("MESOS_EXECUTOR_ID", task.Executor.Value),
            new("MESOS_SLAVE_ID", task.Info.AgentId.Value),
            new("MESOS_AGENT_ENDPOINT", endpoint),
            new("MESOS_SLAVE_PID", $"slave(1)@{endpoint}"),
            new("MESOS_CHECKPOINT", framework.Checkpoint ? "1" : "0"),
            new("MESOS_HTTP_COMMAND_EXECUTOR", "0"),
            new("MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD", "5secs"),
            new("LIBPROCESS_PORT", "0"),
        };
        if (framework.Checkpoint)
        {
            list.Add(new("MESOS_RECOVERY_TIMEOUT", "15mins"));
            list.Add(new("MESOS_SUBSCRIPTION_BACKOFF_MAX", "2secs"));
        }
        if (task.Info.Resources.FirstOrDefault(resource => resource.AllocationInfo is not null) is { } allocated)
        {
            list.Add(new("MESOS_ALLOCATION_ROLE", allocated.AllocationInfo.Role));
        }
        return list;
    }
}
