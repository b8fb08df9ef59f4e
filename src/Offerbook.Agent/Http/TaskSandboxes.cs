namespace Offerbook.Agent.Http;

/// <summary>
/// The sandbox of a pod's task lies in the pod's under the name of its container. Users and tools ask for it by the task's:
/// <c>…/executors/E/runs/R/tasks/T</c>, in which R is a run of the executor, or <c>latest</c>.
/// </summary>
internal static class TaskSandboxes
{
    // frameworks F executors E runs R tasks T
    private const int Length = 8;

    /// <summary>Whether a path may name the sandbox of a task, or something in it.</summary>
    public static bool MayName(string path) => At(path.Split('/')) is not null;

    /// <returns>The same with the container's name; null when no such task is known.</returns>
    public static string? Find(string path, AgentView view)
    {
        var parts = path.Split('/');
        if (At(parts) is not { } at)
        {
            return null;
        }
        var (framework, executor, run, task) = (parts[at + 1], parts[at + 3], parts[at + 5], parts[at + 7]);
        var known = view.Frameworks.Where(other => other.Info.Id.Value == framework)
            .SelectMany(other => other.Finished.Concat(other.Tasks))
            .LastOrDefault(other => other.Task.TaskId.Value == task && other.Executor.Value == executor && other.Container.IsNested
                && (run == "latest" || other.Container.Root.Value == run));
        return known is null
            ? null
            : string.Join('/',
                [.. parts[..(at + 5)], known.Container.Root.Value, "containers", known.Container.Leaf, .. parts[(at + Length)..]]);
    }

    private static int? At(string[] parts)
    {
        for (var at = 0; at + Length <= parts.Length; at++)
        {
            if (parts[at] == "frameworks" && parts[at + 2] == "executors" && parts[at + 4] == "runs" && parts[at + 6] == "tasks")
            {
                return at;
            }
        }
        return null;
    }
}
