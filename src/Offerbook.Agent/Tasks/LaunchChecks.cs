using Mesos.V1;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Docker;

namespace Offerbook.Agent.Tasks;

/// <summary>
/// Looks at a launch before anything is started. The master has validated it already; this says no to what this agent cannot do,
/// clearly rather than silently, and guards the host against a master that errs.
/// </summary>
internal static class LaunchChecks
{
    /// <summary>All that is wrong, or null when the task may start.</summary>
    /// <param name="mayHaveSecrets">Volumes may show secrets: of tasks, which others are shown without them, and not of executors.</param>
    public static LaunchRefusal? Examine(TaskInfo task, bool mayHaveSecrets = true)
    {
        var invalid = new List<string>();
        if (task.Command is null && task.Executor is null)
        {
            invalid.Add("Task should have at least one (but not both) of CommandInfo or ExecutorInfo present");
        }
        if (task.Command is { } command)
        {
            Environment(command, invalid);
            if ((!command.HasValue || command.Value.Length == 0) && !DockerSpecs.NeedsEngine(task.Container))
            {
                invalid.Add(command.Shell ? "Shell command is not specified" : "Executable of command is not specified");
            }
            if (command.Value.Contains('\0') || command.Arguments.Any(argument => argument.Contains('\0')))
            {
                invalid.Add("The command contains a NUL character");
            }
        }
        invalid.AddRange(ProcessSettingsReader.Problems(task.Container));
        if (invalid.Count > 0)
        {
            return LaunchRefusal.Invalid(string.Join("; ", invalid));
        }
        var unsupported = Unsupported(task, mayHaveSecrets).ToList();
        return unsupported.Count > 0
            ? LaunchRefusal.Failed("This agent cannot run the task: " + string.Join("; ", unsupported))
            : null;
    }

    /// <summary>Whether an id may be part of a path (API 3.4).</summary>
    public static bool IsSafeId(string id) =>
        id.Length is > 0 and <= 255 && id is not ("." or "..") && !id.Any(c => char.IsControl(c) || c is '/' or '\\');

    private static void Environment(CommandInfo command, List<string> invalid)
    {
        foreach (var variable in command.Environment?.Variables ?? [])
        {
            if (variable.Name.Length == 0 || variable.Name.Contains('=') || variable.Name.Contains('\0') || variable.Value.Contains('\0'))
            {
                invalid.Add($"Environment variable '{variable.Name}' must have a name without '=' and no NUL character");
            }
        }
    }

    private static IEnumerable<string> Unsupported(TaskInfo task, bool mayHaveSecrets)
    {
        foreach (var variable in task.Command?.Environment?.Variables ?? [])
        {
            if (variable.Secret is { Value: null })
            {
                yield return $"environment variable '{variable.Name}' refers to a secret store, and only secrets with a value are supported";
            }
        }
        var ofImage = DockerSpecs.NeedsEngine(task.Container);
        foreach (var problem in ofImage ? DockerRefusals.Of(task.Container!, task.Command, task.Resources,
            isNested: task.Executor?.Type == ExecutorInfo.Types.Type.Default) : TaskVolumes.Unsupported(task, mayHaveSecrets))
        {
            yield return problem;
        }
    }
}
