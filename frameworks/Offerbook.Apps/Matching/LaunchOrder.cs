using Mesos.V1;
using Offerbook.Apps.Volumes;

namespace Offerbook.Apps.Matching;

/// <summary>What the master is told to do with an offer that suits an instance.</summary>
public abstract record LaunchOrder
{
    private LaunchOrder()
    {
    }

    /// <summary>The one task of an app's instance.</summary>
    public sealed record Single(TaskInfo Task) : LaunchOrder;

    /// <summary>
    /// First step of a resident instance: reserve what it needs and create its volumes. Its launch comes with a later offer.
    /// </summary>
    public sealed record Reserve(IReadOnlyList<Offer.Types.Operation> Operations, Reservation Reservation) : LaunchOrder;

    /// <summary>Give back what nobody holds any more.</summary>
    public sealed record Release(IReadOnlyList<Offer.Types.Operation> Operations) : LaunchOrder;

    /// <summary>The tasks of a pod's instance, all or none.</summary>
    public sealed record Group(ExecutorInfo Executor, TaskGroupInfo Tasks) : LaunchOrder;
}
