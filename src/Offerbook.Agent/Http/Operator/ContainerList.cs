using Mesos.V1;
using Mesos.V1.Agent;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Executors;
using ResponseType = Mesos.V1.Agent.Response.Types.Type;

namespace Offerbook.Agent.Http.Operator;

/// <summary>The containers that run, for GET_CONTAINERS, /containers and /monitor/statistics.</summary>
internal static class ContainerList
{
    /// <summary>Statistics that are read at once: each is a few short file reads.</summary>
    private const int Concurrency = 8;

    /// <summary>Every container that is not over.</summary>
    public static IReadOnlySet<ContainerId> Ids(AgentView view) => Of(view).Select(entry => entry.Container).ToHashSet();

    /// <summary>In the order of the frameworks; what lies in a container comes after it.</summary>
    public static IEnumerable<ContainerEntry> Of(AgentView view)
    {
        var within = view.OperatorContainers.Where(container => !container.HasEnded).ToLookup(container => container.Container.Root);
        foreach (var framework in view.Frameworks)
        {
            foreach (var executor in framework.Executors.Where(executor => executor.Phase != ExecutorPhase.Terminated))
            {
                var own = new ContainerEntry(framework.Info.Id, executor.Info.ExecutorId, executor.Info.Name, executor.Info.Source,
                    executor.Sandbox.Container)
                {
                    Status = new ContainerStatus { ContainerId = executor.Sandbox.Container.ToProto() },
                };
                yield return own;
                foreach (var task in framework.Tasks.Where(task => !task.ContainerEnded && task.Container.IsWithin(own.Container)))
                {
                    yield return own with { Container = task.Container, Status = StatusOf(task), Degraded = task.Degraded };
                }
                foreach (var nested in within[own.Container])
                {
                    yield return own with { Container = nested.Container, Status = StatusOf(nested), Degraded = null };
                }
            }
            foreach (var task in framework.Tasks.Where(task => !task.HasExecutor && !task.ContainerEnded))
            {
                var own = new ContainerEntry(framework.Info.Id, task.Executor.ToProto(), task.ExecutorName, task.Task.TaskId.Value,
                    task.Container)
                {
                    Status = StatusOf(task),
                    Degraded = task.Degraded,
                };
                yield return own;
                foreach (var nested in within[own.Container])
                {
                    yield return own with { Container = nested.Container, Status = StatusOf(nested), Degraded = null };
                }
            }
        }
        foreach (var container in view.OperatorContainers.Where(container => !container.HasEnded && container.Sandbox.IsAlone))
        {
            yield return new ContainerEntry(null, null, null, null, container.Container) { Status = StatusOf(container) };
        }
    }

    public static async Task<Response> MessageAsync(RunningAgent agent, Call.Types.GetContainers? asked, CancellationToken cancellation)
    {
        var view = await agent.Gateway.ViewAsync(cancellation);
        var wanted = Of(view).Where(entry =>
            (asked?.ShowNested == true || !entry.Container.IsNested)
                && (asked?.ShowStandalone == true || entry.Framework is not null)).ToList();
        // Absent when there are none, as clients know it.
        var response = new Response { Type = ResponseType.GetContainers };
        foreach (var entry in await WithStatisticsAsync(agent, wanted, cancellation))
        {
            response.GetContainers ??= new Response.Types.GetContainers();
            var container = new Response.Types.GetContainers.Types.Container
            {
                FrameworkId = entry.Framework,
                ExecutorId = entry.Executor,
                // Without its parents here; the status has them.
                ContainerId = new ContainerID { Value = entry.Container.Leaf },
                ContainerStatus = entry.Status,
                ResourceStatistics = entry.Statistics,
            };
            if (entry.ExecutorName is { } name)
            {
                container.ExecutorName = name;
            }
            response.GetContainers.Containers.Add(container);
        }
        return response;
    }

    public static async Task<IReadOnlyList<ContainerEntry>> WithStatisticsAsync(
        RunningAgent agent, IReadOnlyList<ContainerEntry> entries, CancellationToken cancellation)
    {
        var filled = new ContainerEntry[entries.Count];
        await Parallel.ForAsync(0, entries.Count,
            new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = cancellation },
            async (i, stop) =>
                filled[i] = entries[i] with { Statistics = await agent.Statistics.StatisticsAsync(entries[i].Container, stop) });
        return filled;
    }

    private static ContainerStatus StatusOf(TaskView task)
    {
        var status = new ContainerStatus { ContainerId = task.Container.ToProto() };
        if (task.Task.Statuses.LastOrDefault(known => known.ContainerStatus?.HasExecutorPid == true) is { } told)
        {
            status.ExecutorPid = told.ContainerStatus.ExecutorPid;
        }
        return status;
    }

    private static ContainerStatus StatusOf(OperatorContainerView container)
    {
        var status = new ContainerStatus { ContainerId = container.Container.ToProto() };
        if (container.Pid is > 0 and var pid)
        {
            status.ExecutorPid = (uint)pid;
        }
        return status;
    }
}

/// <summary>A container that runs, and whose it is; nobody's when an operator launched it alone.</summary>
internal sealed record ContainerEntry(FrameworkID? Framework, ExecutorID? Executor, string? ExecutorName, string? Source,
    ContainerId Container)
{
    public required ContainerStatus Status { get; init; }

    public ResourceStatistics? Statistics { get; init; }

    /// <summary>Why it is not known for the moment what becomes of it; null when it is.</summary>
    public string? Degraded { get; init; }
}
