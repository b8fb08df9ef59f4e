using Mesos.V1;
using Offerbook.Apps.Specs;
using TaskStatus = Mesos.V1.TaskStatus;

namespace Offerbook.Apps.Instances;

/// <summary>
/// How a task's status changes its instance. A task only moves forward:
///
/// <code>
/// Provisioned ─▶ Staging ─▶ Starting ─▶ Running ─▶ Killing ─▶ terminal
///      any of them ⇄ Unreachable ─▶ UnreachableInactive ─▶ (back, or expunged)
/// </code>
///
/// A status that would lead back (a late update, an answer to reconciliation from before) changes nothing.
/// </summary>
public static class InstanceTransition
{
    /// <returns>The instance after the update of its newest task; the same object when nothing changed.</returns>
    public static Instance Apply(Instance instance, TaskStatus status, Timestamp now)
    {
        if (!instance.IsActive)
        {
            return instance;
        }
        var next = TaskConditions.Of(status);
        if (next == Condition.Unreachable && instance.Condition == Condition.UnreachableInactive)
        {
            return instance;
        }
        if (!next.IsTerminal() && next != Condition.Unreachable && !instance.Condition.IsUnreachable() && next < instance.Condition)
        {
            return instance;
        }
        var changed = instance with
        {
            Condition = next,
            MesosState = status.State,
            Since = next == instance.Condition ? instance.Since : now,
            StagedAt = instance.StagedAt ?? now,
            StartedAt = next == Condition.Running ? instance.StartedAt ?? now : instance.StartedAt,
            AgentHealth = status.HasHealthy ? status.Healthy : instance.AgentHealth,
            Check = CheckResult.Of(status.CheckStatus) ?? instance.Check,
            Addresses = next == Condition.Running ? AddressesOf(status, instance.Addresses) : instance.Addresses,
            UnreachableSince = next == Condition.Unreachable ? instance.UnreachableSince ?? now : null,
        };
        return changed == instance ? instance : changed;
    }

    /// <summary>A wanted instance whose task has ended waits for its next launch, without what belonged to the task.</summary>
    public static Instance Reschedule(Instance instance, Timestamp now) => instance with
    {
        Condition = Condition.Scheduled,
        Since = now,
        ScheduledAt = now,
        Placement = null,
        MesosState = null,
        StagedAt = null,
        StartedAt = null,
        AgentHealth = null,
        Check = null,
        Addresses = [],
        UnreachableSince = null,
        KillRequested = false,
        Ready = false,
        Health = [],
        Containers = [],
    };

    internal static ValueList<TaskAddress> AddressesOf(TaskStatus status, ValueList<TaskAddress> known)
    {
        var addresses = status.ContainerStatus?.NetworkInfos.SelectMany(network => network.IpAddresses)
            .Where(address => address.HasIpAddress)
            .Select(address => new TaskAddress(address.IpAddress,
                address.IpAddress.Contains(':', StringComparison.Ordinal) ? "IPv6" : "IPv4"))
            .ToValueList();
        return addresses is { Count: > 0 } ? addresses : known;
    }
}
