using V1 = Mesos.V1;

namespace Offerbook.Cluster.Tests.Chaos;

/// <summary>
/// A kind of task, and how one tells whether what was reported of it is true. A new kind is a class and a line in <see cref="ChaosKinds"/>.
/// </summary>
internal abstract class ChaosKind
{
    public abstract string Name { get; }

    /// <summary>How a task of this kind ends if it is left alone.</summary>
    public abstract V1.TaskState End { get; }

    /// <summary>Whether others than the framework may kill it: the tasks beside it, say.</summary>
    public virtual bool MayBeKilled => false;

    /// <summary>Whether a task that ran has left a start mark.</summary>
    public virtual bool LeavesMarks => true;

    /// <summary>Whether the process number in its start mark is one of this machine's.</summary>
    public virtual bool SharesProcessNumbers => true;

    /// <summary>One launch: a task, or several that are launched together.</summary>
    public abstract ChaosLaunch Plan(ChaosPlan plan, string id);

    /// <summary>What is not true of a task that ended as it should, given that it has started once; null: nothing.</summary>
    public virtual string? JudgeEnd(ChaosTask task) => null;

    /// <summary>What is not true of a task that was killed.</summary>
    public virtual string? JudgeKilled(ChaosTask task) => null;
}

/// <summary>Tasks that go out in one call.</summary>
/// <param name="Groups">One operation for each; LAUNCH without an executor, else LAUNCH_GROUP.</param>
internal sealed record ChaosLaunch(IReadOnlyList<IReadOnlyList<ChaosTask>> Groups, V1.ExecutorInfo? Executor = null)
{
    public ChaosLaunch(IReadOnlyList<ChaosTask> tasks)
        : this([tasks])
    {
    }

    public IEnumerable<ChaosTask> Tasks => Groups.SelectMany(group => group);

    /// <summary>Goes out when the first of these tasks runs, or has ended without.</summary>
    public ChaosLaunch? Next { get; init; }

    /// <summary>An executor that the framework shuts down when all these tasks have ended.</summary>
    public V1.ExecutorID? EndsWithItsTasks { get; init; }
}
