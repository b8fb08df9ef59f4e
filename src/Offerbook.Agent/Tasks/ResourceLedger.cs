using Offerbook.Agent.Executors;
using Offerbook.Resources;

namespace Offerbook.Agent.Tasks;

/// <summary>
/// What the agent's tasks use of its total, so that a launch beyond it is refused. A second line of defence: the master accounts
/// for every launch, but a host is not to be overrun by a master that errs. Reservations do not matter here, only amounts: whose
/// they are is between the master and the frameworks.
/// </summary>
internal sealed class ResourceLedger(AgentContext context)
{
    private ResourceBag? _summedUp;
    private ResourceBag _total = ResourceBag.Empty;

    /// <summary>Reservations come and go, volumes take plain disk away: summed up anew whenever the total has changed.</summary>
    private ResourceBag Total
    {
        get
        {
            if (!ReferenceEquals(_summedUp, context.State.Operations.Total))
            {
                _summedUp = context.State.Operations.Total;
                _total = AmountsOf(_summedUp);
            }
            return context.Oversubscribed.IsEmpty ? _total : _total + AmountsOf(context.Oversubscribed);
        }
    }

    public ResourceBag Used { get; private set; } = ResourceBag.Empty;

    public LaunchRefusal? Reserve(AgentTask task)
    {
        var reading = ResourceReader.Read(task.Info.Resources);
        if (!reading.IsValid)
        {
            return LaunchRefusal.Invalid("Task uses invalid resources: " + string.Join("; ", reading.Problems));
        }
        var amounts = AmountsOf(reading.Bag);
        var free = Total - Used;
        if (!free.Contains(amounts))
        {
            return LaunchRefusal.Invalid($"Total resources {amounts} required by task is more than available {free}");
        }
        Take(task, amounts);
        return null;
    }

    /// <summary>For a task that is known to fit, or runs already.</summary>
    public void Restore(AgentTask task) => Take(task, AmountsOf(ResourceReader.Read(task.Info.Resources).Bag));

    /// <summary>Whether all of it fits; takes nothing.</summary>
    public LaunchRefusal? Examine(IEnumerable<IEnumerable<Mesos.V1.Resource>> parts)
    {
        var amounts = ResourceBag.Empty;
        foreach (var part in parts)
        {
            var reading = ResourceReader.Read(part);
            if (!reading.IsValid)
            {
                return LaunchRefusal.Invalid("Task or executor uses invalid resources: " + string.Join("; ", reading.Problems));
            }
            amounts += AmountsOf(reading.Bag);
        }
        var free = Total - Used;
        return free.Contains(amounts)
            ? null
            : LaunchRefusal.Invalid($"Total resources {amounts} required by task and its executor is more than available {free}");
    }

    public void Restore(AgentExecutor executor)
    {
        executor.Runtime.Resources = AmountsOf(ResourceReader.Read(executor.Info.Resources).Bag);
        Used += executor.Runtime.Resources;
    }

    public void Release(AgentExecutor executor)
    {
        Used -= executor.Runtime.Resources;
        executor.Runtime.Resources = ResourceBag.Empty;
    }

    public void Release(AgentTask task)
    {
        Used -= task.Runtime.Resources;
        task.Runtime.Resources = ResourceBag.Empty;
    }

    private void Take(AgentTask task, ResourceBag amounts)
    {
        task.Runtime.Resources = amounts;
        Used += amounts;
    }

    /// <summary>Volumes that exist already, and copies of shared ones, take nothing anew.</summary>
    private static ResourceBag AmountsOf(ResourceBag bag) => ResourceBag.Of(
        [.. bag.Where(entry => entry.Kind.Disk is null
            && !entry.Kind.IsShared).Select(entry => new ResourceEntry(ResourceKind.Plain(entry.Name), entry.Value))]);
}
