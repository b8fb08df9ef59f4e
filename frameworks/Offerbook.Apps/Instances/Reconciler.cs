using Offerbook.Actors;
using Offerbook.Apps.Core;
using Offerbook.Client.Scheduling;

namespace Offerbook.Apps.Instances;

/// <summary>
/// Asks the master what has become of the tasks. After SUBSCRIBED: of every task that may run, by name, then of all it knows, so
/// that tasks unknown here come to light. Tasks of which nothing is heard are asked for again with growing waits: an agent may not
/// have come back to a new master yet.
/// </summary>
internal sealed class Reconciler(AppsSettings settings, SubscriptionKeeper master)
{
    private readonly SortedSet<InstanceId> _unheard = [];
    private TimeSpan _wait;
    private bool _isAsking;

    public void Begin(Turn turn)
    {
        _unheard.Clear();
        foreach (var instance in turn.State.Instances.All.Where(instance => instance.IsActive))
        {
            _unheard.Add(instance.Id);
        }
        _wait = settings.ReconciliationRetry;
        _isAsking = true;
        Ask(turn);
        master.ReconcileAll(turn.Out);
    }

    public void Heard(InstanceId instance) => _unheard.Remove(instance);

    /// <summary>The timer ran out: asks again for the unheard ones; when there are none the round is over, and the next comes much later.</summary>
    public void Continue(Turn turn)
    {
        if (!master.IsSubscribed)
        {
            return;
        }
        _unheard.RemoveWhere(id => turn.State.Instances.Find(id) is not { IsActive: true });
        if (!_isAsking)
        {
            Begin(turn);
        }
        else if (_unheard.Count == 0)
        {
            _isAsking = false;
            Wait(turn, settings.ReconciliationInterval);
        }
        else
        {
            _wait = _wait * 2 < settings.ReconciliationInterval ? _wait * 2 : settings.ReconciliationInterval;
            Ask(turn);
        }
    }

    private void Ask(Turn turn)
    {
        var tasks = _unheard.Select(id => turn.State.Instances.Find(id)!)
            .SelectMany(instance => instance.LiveTasks.Select(task => (task, instance.Placement?.Agent)));
        master.Reconcile(tasks.ToList(), turn.Out);
        Wait(turn, _wait);
    }

    private static void Wait(Turn turn, TimeSpan wait)
    {
        var due = new AppsTimer.ReconciliationDue();
        turn.Out.Add(new StartTimer(due, wait, new AppsMessage.TimedOut(due)));
    }
}
