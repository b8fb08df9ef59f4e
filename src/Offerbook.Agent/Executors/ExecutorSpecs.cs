using Mesos.V1;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Tasks;
using Offerbook.Resources;

namespace Offerbook.Agent.Executors;

/// <summary>
/// Derives an executor's container. It is made like that of a command task with the executor's command and container and with the
/// resources of the executor and its live tasks together, so that what a task's container can have an executor's can have too.
/// </summary>
internal static class ExecutorSpecs
{
    public static ContainerSpec Of(AgentExecutor executor, FrameworkInfo framework, AgentSettings settings)
    {
        var spec = ContainerSpecs.Of(StandIn(executor), framework, settings);
        var environment = ExecutorEnvironment.Of(framework, executor.Key.Executor, executor.Admitted.AgentId,
            executor.Info.Resources.Concat(executor.Tasks.Values.SelectMany(task => task.Info.Resources)),
            executor.Info.ShutdownGracePeriod, settings);
        if (settings.ExecutorTokenKey is { } key)
        {
            environment.Add(new("MESOS_EXECUTOR_AUTHENTICATION_TOKEN", ExecutorToken.Sign(executor, key.Span)));
        }
        environment.AddRange(ContainerSpecs.Variables(executor.Info.Command));
        return spec with { Environment = environment, Task = null };
    }

    /// <summary>What the container may use now.</summary>
    public static ContainerLimits Limits(AgentExecutor executor)
    {
        var task = StandIn(executor).Info;
        return ContainerLimits.Of(task.Resources, task.Limits);
    }

    /// <summary>The executor as if it were a task: for checks and specs, which know tasks.</summary>
    public static TaskInfo AsTask(ExecutorInfo executor, AgentID agent)
    {
        var task = new TaskInfo
        {
            Name = executor.Name,
            TaskId = new TaskID { Value = executor.ExecutorId.Value },
            AgentId = agent,
            Command = executor.Command,
            Container = executor.Container,
        };
        task.Resources.Add(executor.Resources);
        return task;
    }

    private static AgentTask StandIn(AgentExecutor executor)
    {
        var task = AsTask(executor.Info, executor.Admitted.AgentId);
        var live = executor.LiveTasks.ToList();
        var sum = live.Aggregate(ResourceReader.Read(task.Resources).Bag,
            (total, alive) => total + ResourceReader.Read(alive.Info.Resources).Bag);
        task.Resources.Clear();
        task.Resources.Add(sum.ToProto(ResourceFormat.PostRefinement));
        foreach (var name in live.SelectMany(alive => alive.Info.Limits.Keys).Distinct().Order(StringComparer.Ordinal))
        {
            // Who sets no limit counts with what it asked for.
            task.Limits[name] = new Value.Types.Scalar
            {
                Value = Amount(executor.Info.Resources, name)
                    + live.Sum(alive => alive.Info.Limits.TryGetValue(name, out var limit)
                        ? limit.Value : Amount(alive.Info.Resources, name)),
            };
        }
        return new AgentTask(executor.Key.Framework, task, executor.Container, executor.AdmittedNanoseconds, executor.Key.Executor);
    }

    private static double Amount(IEnumerable<Resource> resources, string name) =>
        resources.Where(resource => resource.Name == name && resource.Scalar is not null).Sum(resource => resource.Scalar.Value);
}
