using Mesos.V1;
using Offerbook.Apps.Matching;

namespace Offerbook.Apps.Launching;

/// <summary>Orders on one offer as the operations of an ACCEPT, in their order; single tasks side by side share one LAUNCH.</summary>
internal static class LaunchOperations
{
    public static List<Offer.Types.Operation> Of(IReadOnlyList<LaunchOrder> orders)
    {
        var operations = new List<Offer.Types.Operation>();
        foreach (var order in orders)
        {
            switch (order)
            {
                case LaunchOrder.Single single when operations is [.., { Launch: { } launch }]:
                    launch.TaskInfos.Add(single.Task);
                    break;
                case LaunchOrder.Single single:
                    operations.Add(new Offer.Types.Operation
                    {
                        Type = Offer.Types.Operation.Types.Type.Launch,
                        Launch = new Offer.Types.Operation.Types.Launch { TaskInfos = { single.Task } },
                    });
                    break;
                case LaunchOrder.Reserve reserve:
                    operations.AddRange(reserve.Operations);
                    break;
                case LaunchOrder.Release release:
                    operations.AddRange(release.Operations);
                    break;
                case LaunchOrder.Group group:
                    operations.Add(new Offer.Types.Operation
                    {
                        Type = Offer.Types.Operation.Types.Type.LaunchGroup,
                        LaunchGroup = new Offer.Types.Operation.Types.LaunchGroup { Executor = group.Executor, TaskGroup = group.Tasks },
                    });
                    break;
            }
        }
        return operations;
    }

    public static int CountTasks(IEnumerable<LaunchOrder> orders) => orders.Sum(order => order switch
    {
        LaunchOrder.Single => 1,
        LaunchOrder.Group group => group.Tasks.Tasks.Count,
        _ => 0,
    });
}
