using Offerbook.Apps.Core;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Journal;
using Offerbook.Apps.Launching;
using Offerbook.Apps.Matching;
using Offerbook.Wire.Identity;
using TaskStatus = Mesos.V1.TaskStatus;

namespace Offerbook.Apps.Volumes;

/// <summary>
/// Says when a reservation whose instance is gone has been undone: when its agent is offered without it, unless a task still runs on it.
/// An instance may be gone before its task, as when its app is deleted while the agent is out of reach: what the task uses is not
/// offered, though it is there. Until such a task has ended, and after a new subscription until the master has told of all tasks, that
/// an offer does not show a reservation means nothing.
/// Memory only, and never more than there are releases.
/// </summary>
internal sealed class ReleaseWatch(OfferInterest interest)
{
    private readonly SortedSet<InstanceId> _used = [];

    /// <summary>Of which the master may not have told yet whether a task runs on it.</summary>
    private readonly SortedSet<InstanceId> _untold = [];

    /// <summary>A new subscription: the master is asked after all tasks.</summary>
    public void Begin(Turn turn)
    {
        _used.Clear();
        _untold.Clear();
        _untold.UnionWith(turn.State.Releases.Keys);
    }

    /// <summary>The master has told of all tasks that it knows.</summary>
    public void EndUntold(Turn turn)
    {
        foreach (var id in _untold)
        {
            Want(turn, id);
        }
        _untold.Clear();
    }

    public void Hear(Turn turn, InstanceId id, TaskStatus status)
    {
        if (!turn.State.Releases.ContainsKey(id))
        {
            return;
        }
        var condition = TaskConditions.Of(status);
        if (condition.IsActive() && !condition.IsUnreachable())
        {
            _used.Add(id);
        }
        else if (_used.Remove(id))
        {
            Want(turn, id);
        }
    }

    /// <summary>
    /// A release is done when its agent is offered without it: the order to undo it may be lost on its way, so having sent it is not
    /// enough.
    /// </summary>
    public void Confirm(Turn turn, OfferRemainder offer)
    {
        if (turn.State.Releases.IsEmpty)
        {
            return;
        }
        var (framework, agent) = (offer.Offer.FrameworkId.Value, AgentId.From(offer.Offer.AgentId));
        var shown = offer.Resources.Select(entry => ReservationLabels.Read(entry.Kind, framework)).OfType<InstanceId>().ToHashSet();
        foreach (var (id, release) in turn.State.Releases)
        {
            if (release.Agent == agent && (offer.Role is null || offer.Role == release.Role) && !shown.Contains(id)
                && !_used.Contains(id) && !_untold.Contains(id))
            {
                turn.Apply(new Change.ReservationReleased(id));
            }
        }
    }

    private void Want(Turn turn, InstanceId id)
    {
        if (turn.State.Releases.TryGetValue(id, out var release))
        {
            interest.WantAnew(release.Role);
        }
    }
}
