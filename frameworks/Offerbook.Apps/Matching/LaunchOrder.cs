using Mesos.V1;

namespace Offerbook.Apps.Matching;

/// <summary>What the master is told to do with an offer that suits an instance.</summary>
public abstract record LaunchOrder
{
    private LaunchOrder()
    {
    }

    /// <summary>The one task of an app's instance.</summary>
    public sealed record Single(TaskInfo Task) : LaunchOrder;

    /// <summary>The tasks of a pod's instance, all or none.</summary>
    public sealed record Group(ExecutorInfo Executor, TaskGroupInfo Tasks) : LaunchOrder;
}
