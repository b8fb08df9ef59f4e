using Mesos.V1;
using Offerbook.Apps.Core;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Journal;
using Offerbook.Client.Scheduling;
using Offerbook.Wire.Identity;
using TaskStatus = Mesos.V1.TaskStatus;

namespace Offerbook.Apps.Volumes;

/// <summary>
/// Finds out which reservations are gone with their agent. Of tasks the master tells that an operator has given up their agent for
/// good; nobody tells of an instance that has volumes there and just now no task (it is suspended, held back after a failure, on its
/// way to a new configuration), nor of a release that is still to be confirmed. So with every round of reconciliation, soon after
/// an agent was lost, and every minute, the master is asked after a task that there cannot be, once for each such agent.
/// </summary>
internal sealed class LostAgents(SubscriptionKeeper master)
{
    /// <summary>Not the id of any instance's task.</summary>
    private static readonly TaskId Question = new("reservations");

    /// <summary>
    /// An agent that was out of reach before is given up without a word. A walk over 100,000 instances takes some milliseconds.
    /// </summary>
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    private bool _isDue;
    private TimeSpan _last;

    /// <summary>Some agent was lost: it may be for good.</summary>
    public void Suspect() => _isDue = true;

    public void Sweep(Turn turn)
    {
        if ((_isDue || turn.Now.Elapsed - _last >= Period) && master.IsSubscribed)
        {
            Ask(turn);
        }
    }

    /// <summary>Costs a walk over the instances.</summary>
    public void Ask(Turn turn)
    {
        (_isDue, _last) = (false, turn.Now.Elapsed);
        var agents = new SortedSet<AgentId>(turn.State.Releases.Values.Select(release => release.Agent));
        agents.UnionWith(turn.State.Instances.All.Where(IsUntold).Select(instance => instance.Reservation!.Agent));
        master.Reconcile(agents.Select(agent => (Question, (AgentId?)agent)), turn.Out);
    }

    /// <summary>
    /// What was on an agent that is gone is there no more: others take the place of the instances, with volumes of their own. Of an agent
    /// that the master does not know it cannot be said whether it comes back: its instances wait until somebody wipes them.
    /// </summary>
    public static void Take(Turn turn, TaskStatus status)
    {
        if (status.TaskId.Value != Question.Value || status.AgentId is null
            || status.State is not (TaskState.TaskGoneByOperator or TaskState.TaskUnknown))
        {
            return;
        }
        var agent = AgentId.From(status.AgentId);
        if (status.State == TaskState.TaskGoneByOperator)
        {
            GiveUp(turn, agent);
        }
        // Should an agent come back that the master has forgotten, what it offers is undone all the same.
        foreach (var (id, _) in turn.State.Releases.Where(release => release.Value.Agent == agent).ToList())
        {
            turn.Apply(new Change.ReservationReleased(id));
        }
    }

    private static void GiveUp(Turn turn, AgentId agent)
    {
        var its = turn.State.Instances.All.Where(instance => IsUntold(instance) && instance.Reservation!.Agent == agent).ToList();
        foreach (var instance in its)
        {
            turn.Apply(new Change.InstanceStored(instance with { Reservation = null }));
            turn.Apply(new Change.InstanceExpunged(instance.Id));
        }
    }

    private static bool IsUntold(Instance instance) => instance is { Reservation: not null, IsActive: false };
}
