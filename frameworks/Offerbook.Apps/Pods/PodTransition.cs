using Mesos.V1;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Specs;
using TaskStatus = Mesos.V1.TaskStatus;

namespace Offerbook.Apps.Pods;

/// <summary>
/// How the status of one container's task changes a pod's instance. Each task only moves forward; what they are together follows:
///
/// <code>
/// some live, one ended other than well      Killing: the agent ends the rest
/// some live                                 the worst of those that live
/// none lives                                the worst of the ends; only then is the instance over
/// </code>
/// </summary>
public static class PodTransition
{
    /// <summary>Worst first.</summary>
    private static readonly Condition[] Order =
    [
        Condition.Error, Condition.Failed, Condition.Gone, Condition.Dropped, Condition.Unreachable, Condition.Killing, Condition.Starting,
        Condition.Staging, Condition.Unknown, Condition.Provisioned, Condition.Running, Condition.Finished, Condition.Killed,
    ];

    /// <returns>The same object when nothing changed.</returns>
    public static Instance Apply(Instance instance, string container, TaskStatus status, Timestamp now)
    {
        var index = IndexOf(instance, container);
        if (!instance.IsActive || index < 0)
        {
            return instance;
        }
        var before = instance.Containers[index];
        var next = TaskConditions.Of(status);
        var isBackward = !next.IsTerminal() && next != Condition.Unreachable && before.Condition != Condition.Unreachable
            && next < before.Condition;
        if (before.Condition.IsTerminal() || isBackward)
        {
            return instance;
        }
        var after = before with
        {
            Condition = next,
            Since = next == before.Condition ? before.Since : now,
            MesosState = status.State,
            StagedAt = before.StagedAt ?? now,
            StartedAt = next == Condition.Running ? before.StartedAt ?? now : before.StartedAt,
            Healthy = status.HasHealthy ? status.Healthy : before.Healthy,
            Message = status.Message.Length <= TaskFailure.MaxMessageLength
                ? status.Message : status.Message[..TaskFailure.MaxMessageLength],
        };
        var containers = instance.Containers.ToList();
        containers[index] = after;
        var addresses = next == Condition.Running ? InstanceTransition.AddressesOf(status, instance.Addresses) : instance.Addresses;
        var changed = Together(instance with { Containers = containers.ToValueList(), Addresses = addresses }, now);
        return changed == instance ? instance : changed;
    }

    private static Instance Together(Instance instance, Timestamp now)
    {
        var live = instance.Containers.Where(task => !task.Condition.IsTerminal()).ToList();
        var worst = Worst(live.Count > 0 ? live : instance.Containers);
        var isEnding = live.Count > 0
            && instance.Containers.Any(task => task.Condition.IsTerminal() && task.Condition != Condition.Finished);
        var next = isEnding && worst.Condition != Condition.Unreachable ? Condition.Killing : worst.Condition;
        if (next == Condition.Unreachable && instance.Condition == Condition.UnreachableInactive)
        {
            next = Condition.UnreachableInactive;
        }
        return instance with
        {
            Condition = next,
            MesosState = worst.MesosState,
            Since = next == instance.Condition ? instance.Since : now,
            StagedAt = instance.StagedAt ?? now,
            StartedAt = next == Condition.Running ? instance.StartedAt ?? now : instance.StartedAt,
            UnreachableSince = next.IsUnreachable() ? instance.UnreachableSince ?? now : null,
        };
    }

    private static ContainerTask Worst(IReadOnlyList<ContainerTask> tasks) => tasks.MinBy(task => Array.IndexOf(Order, task.Condition))!;

    private static int IndexOf(Instance instance, string container)
    {
        for (var i = 0; i < instance.Containers.Count; i++)
        {
            if (instance.Containers[i].Name == container)
            {
                return i;
            }
        }
        return -1;
    }
}
