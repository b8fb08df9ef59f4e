using Mesos.V1;
using Offerbook.Agent.Executors;
using Offerbook.Agent.Sandbox;
using Offerbook.Agent.Tasks;
using Offerbook.Wire.Identity;

namespace Offerbook.Agent.Recovery;

/// <summary>
/// The frameworks that have something here or had it, and what is remembered of their finished tasks and executors: so many a
/// framework, of so many frameworks without anything alive, and for so long. Part of the agent's durable state: the bounds are kept
/// here, so that a replay forgets the same ones. A sandbox stays longer than the rest (<see cref="Retained"/>). What is forgotten leaves
/// through <see cref="TakeForgotten"/>.
/// </summary>
internal sealed class FrameworkBook(AgentSettings settings)
{
    private readonly List<SandboxPath> _forgotten = [];

    /// <summary>Sandboxes that have outlived what is remembered of those who used them.</summary>
    public RetainedSandboxes Retained { get; } = new(settings.MaxRetainedSandboxes);

    public SortedDictionary<FrameworkId, FrameworkRecord> Known { get; } = [];

    /// <summary>Whether a task with this key has run here and is still remembered.</summary>
    public bool HasFinished(TaskKey key) =>
        Known.TryGetValue(key.Framework, out var framework) && framework.Finished.Any(run => run.Task.TaskId.Value == key.Task.Value);

    /// <summary>Sandboxes whose tasks and executors have been forgotten since the last call.</summary>
    public IReadOnlyList<SandboxPath> TakeForgotten()
    {
        if (_forgotten.Count == 0)
        {
            return [];
        }
        var taken = _forgotten.ToArray();
        _forgotten.Clear();
        return taken;
    }

    public void Know(FrameworkInfo info)
    {
        var id = FrameworkId.From(info.Id);
        if (Known.TryGetValue(id, out var framework))
        {
            framework.Info = info;
        }
        else
        {
            Known.Add(id, new FrameworkRecord(info));
        }
    }

    public void Ended(AgentExecutor executor, long endedNanoseconds)
    {
        var framework = Known[executor.Key.Framework];
        framework.FinishedExecutors.Enqueue(new FinishedExecutor(executor.Info, executor.Sandbox, endedNanoseconds));
        if (framework.FinishedExecutors.Count > settings.MaxFinishedExecutorsPerFramework)
        {
            Retire(framework.FinishedExecutors.Dequeue());
        }
        framework.LiveExecutors--;
        NoteIfIdle(framework, endedNanoseconds);
    }

    public void Finished(AgentTask task, long endedNanoseconds)
    {
        var framework = Known[task.Key.Framework];
        framework.Finished.Enqueue(
            new FinishedTask(task.ToProto(), task.ExecutorName, task.Sandbox, endedNanoseconds, task.SharesContainer));
        if (framework.Finished.Count > settings.MaxFinishedPerFramework)
        {
            Retire(framework.Finished.Dequeue());
        }
        framework.LiveTasks--;
        NoteIfIdle(framework, endedNanoseconds);
    }

    /// <summary>Forgets what ended before then.</summary>
    public void Expire(long beforeNanoseconds)
    {
        Retained.Expire(beforeNanoseconds, _forgotten);
        foreach (var (id, framework) in Known.ToList())
        {
            while (framework.Finished.TryPeek(out var oldest) && oldest.EndedNanoseconds < beforeNanoseconds)
            {
                Forget(framework.Finished.Dequeue());
            }
            while (framework.FinishedExecutors.TryPeek(out var oldest) && oldest.EndedNanoseconds < beforeNanoseconds)
            {
                _forgotten.Add(framework.FinishedExecutors.Dequeue().Sandbox);
            }
            if (framework.Idle && framework.Finished.Count == 0 && framework.FinishedExecutors.Count == 0)
            {
                Known.Remove(id);
            }
        }
    }

    private void NoteIfIdle(FrameworkRecord framework, long nanoseconds)
    {
        if (framework.Idle)
        {
            framework.IdleSinceNanoseconds = nanoseconds;
            ForgetIdleFrameworks();
        }
    }

    /// <summary>Nothing is remembered of it any more but its sandbox.</summary>
    private void Retire(FinishedTask run)
    {
        if (!run.SharesContainer)
        {
            Retire(run.Sandbox, run.EndedNanoseconds);
        }
    }

    private void Retire(FinishedExecutor run) => Retire(run.Sandbox, run.EndedNanoseconds);

    /// <summary>Keeps a sandbox on its own from now on.</summary>
    public void Retire(SandboxPath sandbox, long endedNanoseconds)
    {
        if (Retained.Add(sandbox, endedNanoseconds) is { } oldest)
        {
            _forgotten.Add(oldest);
        }
    }

    /// <summary>A sandbox that is an executor's goes with the executor.</summary>
    private void Forget(FinishedTask run)
    {
        if (!run.SharesContainer)
        {
            _forgotten.Add(run.Sandbox);
        }
    }

    private void ForgetIdleFrameworks()
    {
        while (Known.Values.Count(framework => framework.Idle) > settings.MaxFinishedFrameworks)
        {
            var (id, oldest) = Known.Where(entry => entry.Value.Idle).MinBy(entry => entry.Value.IdleSinceNanoseconds);
            foreach (var run in oldest.Finished)
            {
                Retire(run);
            }
            foreach (var run in oldest.FinishedExecutors)
            {
                Retire(run);
            }
            Known.Remove(id);
        }
    }
}
