using Mesos.V1;
using Offerbook.Actors;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Tasks;
using Offerbook.Wire.Identity;

namespace Offerbook.Agent.Executors;

/// <summary>
/// The executors that have not ended, by key and by container. Part of the agent's durable state. Each step costs O(log executors).
/// </summary>
internal sealed class ExecutorBook
{
    private readonly SortedDictionary<ExecutorKey, AgentExecutor> _live = [];
    private readonly Dictionary<ContainerId, AgentExecutor> _byContainer = [];

    public int Count => _live.Count;

    /// <summary>In the order of their keys.</summary>
    public IReadOnlyCollection<AgentExecutor> Live => _live.Values;

    public AgentExecutor? Find(ExecutorKey key) => _live.GetValueOrDefault(key);

    public AgentExecutor? Find(ContainerId container) => _byContainer.GetValueOrDefault(container);

    /// <summary>The executor that a task lives in; null for a command task, and once the executor has ended.</summary>
    public AgentExecutor? Of(AgentTask task) =>
        task.HasExecutor && Find(task.ExecutorKey) is { } executor && executor.Tasks.ContainsKey(task.Key.Task) ? executor : null;

    public List<AgentExecutor> Of(FrameworkId framework) => _live.Values.Where(executor => executor.Key.Framework == framework).ToList();

    internal AgentExecutor Get(FrameworkID framework, ExecutorID id)
    {
        var executor = Find(new ExecutorKey(FrameworkId.From(framework), ExecutorId.From(id)));
        Invariant.Check(executor is not null, "the journal speaks of an executor that was admitted and has not ended");
        return executor;
    }

    internal void Add(AgentExecutor executor)
    {
        _live.Add(executor.Key, executor);
        _byContainer.Add(executor.Container, executor);
    }

    internal void Remove(AgentExecutor executor)
    {
        Invariant.Check(executor.LiveTasks.FirstOrDefault() is null, "an executor outlives its live tasks");
        _live.Remove(executor.Key);
        _byContainer.Remove(executor.Container);
    }

    /// <summary>An ended task may wait for its acknowledgement after its executor is gone: it belongs to none then.</summary>
    internal void Add(AgentTask task)
    {
        if (task.HasExecutor && Find(task.ExecutorKey) is { } executor && executor.Container == task.Container.Root)
        {
            executor.Tasks.Add(task.Key.Task, task);
            executor.Groups = Math.Max(executor.Groups, task.Group ?? 0);
        }
    }

    internal void Remove(AgentTask task) => Of(task)?.Tasks.Remove(task.Key.Task);
}
