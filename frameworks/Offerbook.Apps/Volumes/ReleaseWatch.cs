using Offerbook.Apps.Core;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Journal;
using Offerbook.Apps.Launching;
using Offerbook.Apps.Matching;
using Offerbook.Wire.Identity;
using TaskStatus = Mesos.V1.TaskStatus;

namespace Offerbook.Apps.Volumes;

/// <summary>
/// Says when a reservation whose instance is gone has been undone: when its agent is offered without it, unless something still runs on it.
/// An instance may be gone before its tasks, as when its app is deleted while the agent is out of reach, and a pod's executor, which has
/// the volumes, outlives the last of its tasks: what they use is not offered, though it is there. So that an offer does not show a
/// reservation on which tasks have run means nothing until a volume of it has been offered; and after a new subscription nothing does
/// until the master has told of all tasks.
/// Memory only, and never more than there are releases.
/// </summary>
internal sealed class ReleaseWatch(OfferInterest interest)
{
    /// <summary>
    /// Longer than an executor takes to end. A volume that is not offered for so long has never been made, or somebody else removed it.
    /// </summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <summary>Releases on which tasks have run, as this process has heard.</summary>
    private readonly SortedDictionary<InstanceId, Use> _uses = [];

    /// <summary>Of which the master may not have told yet whether a task runs on it.</summary>
    private readonly SortedSet<InstanceId> _untold = [];

    /// <summary>A new subscription: the master is asked after all tasks.</summary>
    public void Begin(Turn turn)
    {
        foreach (var use in _uses.Values)
        {
            use.Tasks.Clear();
            use.Since = turn.Now.Elapsed;
        }
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

    /// <summary>Comes when the instances have heard it: the end of a task may have been that of its instance.</summary>
    public void Hear(Turn turn, InstanceId id, TaskStatus status)
    {
        if (!turn.State.Releases.ContainsKey(id))
        {
            return;
        }
        var condition = TaskConditions.Of(status);
        var (runs, ran) = (condition.IsActive() && !condition.IsUnreachable(),
            condition is Condition.Finished or Condition.Killed or Condition.Failed);
        if (!_uses.TryGetValue(id, out var use))
        {
            if (!runs && !ran)
            {
                return;
            }
            _uses[id] = use = new Use { Since = turn.Now.Elapsed };
        }
        if (runs)
        {
            use.Tasks.Add(status.TaskId.Value);
        }
        else if (use.Tasks.Remove(status.TaskId.Value) && use.Tasks.Count == 0)
        {
            use.Since = turn.Now.Elapsed;
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
        var shown = new HashSet<InstanceId>();
        foreach (var entry in offer.Resources)
        {
            if (ReservationLabels.Read(entry.Kind, framework) is { } id)
            {
                shown.Add(id);
                if (entry.Kind.IsPersistentVolume && _uses.TryGetValue(id, out var use))
                {
                    use.IsOver = true;
                }
            }
        }
        foreach (var (id, release) in turn.State.Releases)
        {
            var isOffered = release.Agent == agent && (offer.Role is null || offer.Role == release.Role);
            if (isOffered && !shown.Contains(id) && !MayBeInUse(id))
            {
                turn.Apply(new Change.ReservationReleased(id));
                _uses.Remove(id);
            }
        }
    }

    /// <summary>Forgets what need not be waited for any longer.</summary>
    public void Sweep(Turn turn)
    {
        foreach (var (id, use) in _uses.ToList())
        {
            if (!turn.State.Releases.ContainsKey(id))
            {
                _uses.Remove(id);
            }
            else if (use is { IsOver: false, Tasks.Count: 0 } && turn.Now.Elapsed - use.Since >= Patience)
            {
                _uses.Remove(id);
                Want(turn, id);
            }
        }
    }

    /// <summary>Whether something may run on it, which an offer would not show.</summary>
    private bool MayBeInUse(InstanceId id) => _untold.Contains(id) || _uses.GetValueOrDefault(id) is { IsOver: false };

    private void Want(Turn turn, InstanceId id)
    {
        if (turn.State.Releases.TryGetValue(id, out var release))
        {
            interest.WantAnew(release.Role);
        }
    }

    private sealed class Use
    {
        /// <summary>Those that run, as many as a pod has at most.</summary>
        public HashSet<string> Tasks { get; } = [];

        /// <summary>When the last of them ended, or the master was last asked after them.</summary>
        public TimeSpan Since { get; set; }

        /// <summary>A volume has been offered, so nothing uses it; and as its instance is gone, nothing will.</summary>
        public bool IsOver { get; set; }
    }
}
