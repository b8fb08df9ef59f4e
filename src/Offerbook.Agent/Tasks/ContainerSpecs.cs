using Mesos.V1;
using Offerbook.Agent.Docker;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Executors;
using Offerbook.Agent.Pods;

namespace Offerbook.Agent.Tasks;

/// <summary>
/// Derives what to run from what the framework said. Depends on nothing else, so that a restarted agent derives the same.
/// </summary>
internal static class ContainerSpecs
{
    public static ContainerSpec Of(AgentTask task, FrameworkInfo framework, AgentSettings settings)
    {
        var environment = ExecutorEnvironment.Of(framework, task.Executor, task.Info.AgentId, task.Info.Resources,
            task.InPod ? task.Info.Executor?.ShutdownGracePeriod : null, settings);
        environment.AddRange(PodSpecs.Variables(task, settings));
        environment.AddRange(Variables(task.Info.Command));
        var spec = new ContainerSpec(task.Container, task.Sandbox, task.Info.Command is { } command
            ? Command(command) : new CommandSpec.OfImage([]), settings.SwitchUser ? User(task.Info, framework) : null, environment)
        {
            Volumes = TaskVolumes.Of(task.Info, task.Sandbox),
            Fetch = Fetches(task.Info.Command),
            Limits = ContainerLimits.Of(task.Info.Resources, task.Info.Limits),
            Process = ProcessSettingsReader.Of(task.Info.Container),
            Joins = task.Container.Parent,
            Task = task.Key.Task,
        };
        return DockerSpecs.NeedsEngine(task.Info.Container)
            ? DockerSpecs.Complete(spec, task.Info)
            : spec with { SharesNetwork = PodSpecs.HasNetwork(task) };
    }

    public static CommandSpec Command(CommandInfo command) => command.Shell
        ? new CommandSpec.Shell(command.Value)
        // arguments[0] is the name under which the program is run (argv[0]).
        : new CommandSpec.Program(command.Value, [.. command.Arguments.Skip(1)]) { Name = command.Arguments.FirstOrDefault() };

    public static IEnumerable<KeyValuePair<string, string>> Variables(CommandInfo? command) =>
        (command?.Environment?.Variables ?? []).Select(variable =>
            KeyValuePair.Create(variable.Name, variable.Secret?.Value is { } secret ? secret.Data.ToStringUtf8() : variable.Value));

    public static IReadOnlyList<FetchItem> Fetches(CommandInfo? command) =>
    [
        .. (command?.Uris ?? []).Select(uri => new FetchItem(
            uri.Value, uri.Extract, uri.Executable, uri.Cache, uri.HasOutputFile ? uri.OutputFile : null)),
    ];

    private static string? User(TaskInfo task, FrameworkInfo framework) =>
        task.Command is { HasUser: true, User.Length: > 0 } command ? command.User : framework.User is { Length: > 0 } user ? user : null;
}
