using Offerbook.Actors;
using Offerbook.Apps.Core;
using Offerbook.Apps.Deployments.Planning;
using Offerbook.Apps.Volumes;
using Offerbook.Client.Scheduling;

namespace Offerbook.Apps.Instances;

/// <summary>
/// Asks the master what has become of the tasks. After SUBSCRIBED: of all it knows, so that tasks unknown here come to light. Once its
/// answers have come to rest, by name of those that may run and were not among them, again and again with growing waits: an agent may not
/// have come back to a new master yet. (The original asks by name first: with 100,000 tasks each is then told twice, and whatever else the
/// master says waits behind that for many seconds.)
/// </summary>
internal sealed class Reconciler(AppsSettings settings, SubscriptionKeeper master, LostAgents lost)
{
    private readonly SortedSet<InstanceId> _unheard = [];
    private TimeSpan _wait;
    private bool _isAsking;
    private bool _hasHeard;
    private bool _hasNamed;
    private bool _isInformed;

    /// <summary>
    /// Whether the present master has said of every task what has become of it, or has nothing to say of the rest, asked by name. Until
    /// then the state is what an earlier leader lived to write down; tasks may have ended since.
    /// </summary>
    public bool IsInformed => _isInformed && master.IsSubscribed;

    /// <summary>At each SUBSCRIBED.</summary>
    public void Begin(Turn turn)
    {
        AskOfAll(turn);
        _isInformed = false;
        Note(turn, _unheard.Count == 0);
    }

    private void AskOfAll(Turn turn)
    {
        _unheard.Clear();
        foreach (var instance in turn.State.Instances.All.Where(instance => instance.IsActive))
        {
            _unheard.Add(instance.Id);
        }
        _wait = settings.ReconciliationRetry;
        (_isAsking, _hasHeard, _hasNamed) = (true, false, false);
        master.ReconcileAll(turn.Out);
        lost.Ask(turn);
        Wait(turn, settings.ReconciliationRest);
    }

    /// <summary>After what was said of it has been taken.</summary>
    public void Heard(Turn turn, InstanceId instance)
    {
        _hasHeard |= _unheard.Remove(instance);
        Note(turn, _unheard.Count == 0);
    }

    /// <summary>
    /// The timer ran out: asks again for the unheard ones; when there are none the round is over, and the next comes much later.
    /// </summary>
    /// <returns>Whether the answers to the question after all tasks have come to rest.</returns>
    public bool Continue(Turn turn)
    {
        if (!master.IsSubscribed)
        {
            return false;
        }
        _unheard.RemoveWhere(id => turn.State.Instances.Find(id) is not { IsActive: true });
        if (!_isAsking)
        {
            AskOfAll(turn);
        }
        else if (_unheard.Count == 0)
        {
            _isAsking = false;
            Note(turn, true);
            Wait(turn, settings.ReconciliationInterval);
        }
        else if (_hasHeard)
        {
            _hasHeard = false;
            Wait(turn, settings.ReconciliationRest);
            return false;
        }
        else
        {
            Note(turn, _hasNamed);
            Ask(turn);
            _wait = _wait * 2 < settings.ReconciliationInterval ? _wait * 2 : settings.ReconciliationInterval;
        }
        return true;
    }

    /// <summary>Replacements that have waited for it go on.</summary>
    private void Note(Turn turn, bool isInformed)
    {
        if (_isInformed || !isInformed)
        {
            return;
        }
        _isInformed = true;
        foreach (var action in turn.State.Deployments.SelectMany(deployment => deployment.CurrentActions))
        {
            if (action is DeploymentAction.Restart or DeploymentAction.Move)
            {
                turn.Touch(action.App.Id);
            }
        }
    }

    private void Ask(Turn turn)
    {
        var tasks = _unheard.Select(id => turn.State.Instances.Find(id)!)
            .SelectMany(instance => instance.LiveTasks.Select(task => (task, instance.Placement?.Agent)));
        master.Reconcile(tasks.ToList(), turn.Out);
        _hasNamed = true;
        Wait(turn, _wait);
    }

    private static void Wait(Turn turn, TimeSpan wait)
    {
        var due = new AppsTimer.ReconciliationDue();
        turn.Out.Add(new StartTimer(due, wait, new AppsMessage.TimedOut(due)));
    }
}
