using Offerbook.Apps.Core;
using Offerbook.Apps.Specs;
using Offerbook.Client.Scheduling;

namespace Offerbook.Apps.Instances;

/// <summary>
/// Sends KILL for every task that must die, and again until the task is known to have ended: after
/// <see cref="AppsSettings.KillRetryInterval"/>, and with every new subscription. At most <see cref="AppsSettings.MaxKillsInFlight"/>
/// instances are being killed; each that has ended lets the next go. Which tasks must die is in the journal, so none is forgotten;
/// which kills were sent is memory only.
/// </summary>
internal sealed class TaskReaper(AppsSettings settings, SubscriptionKeeper master)
{
    private readonly SortedDictionary<InstanceId, Sent> _sent = [];

    /// <summary>Must die, and wait for their turn; bounded by the number of instances.</summary>
    private readonly SortedSet<InstanceId> _queued = [];

    public void Look(Turn turn, Instance instance)
    {
        if (!instance.MustDie || instance.Condition.IsUnreachable())
        {
            Forget(turn, instance.Id);
        }
        else if (!_sent.TryGetValue(instance.Id, out var sent))
        {
            _queued.Add(instance.Id);
            SendNext(turn);
        }
        else if (sent.Incarnation != instance.Incarnation)
        {
            Send(turn, instance);
        }
    }

    public void Forget(Turn turn, InstanceId instance)
    {
        _queued.Remove(instance);
        if (_sent.Remove(instance))
        {
            SendNext(turn);
        }
    }

    /// <summary>Repeats what has waited long enough.</summary>
    public void Sweep(Turn turn)
    {
        foreach (var (id, sent) in _sent.ToList())
        {
            if (turn.Now.Elapsed - sent.At >= settings.KillRetryInterval && turn.State.Instances.Find(id) is { } instance)
            {
                Send(turn, instance);
            }
        }
        SendNext(turn);
    }

    /// <summary>A new subscription: what was sent on the old one may be lost.</summary>
    public void Repeat(Turn turn)
    {
        _sent.Clear();
        _queued.Clear();
        foreach (var instance in turn.State.Instances.All)
        {
            Look(turn, instance);
        }
    }

    private void SendNext(Turn turn)
    {
        while (_sent.Count < settings.MaxKillsInFlight && _queued.Count > 0)
        {
            var next = _queued.Min;
            if (turn.State.Instances.Find(next) is { MustDie: true } instance && !instance.Condition.IsUnreachable()
                && !Send(turn, instance))
            {
                // Nobody to send it to: a new subscription begins anew.
                return;
            }
            _queued.Remove(next);
        }
    }

    private bool Send(Turn turn, Instance instance)
    {
        // The containers of a pod have their grace in their kill policies.
        var grace = turn.State.DefinitionOf(instance) is AppDefinition { TaskKillGracePeriodSeconds: { } seconds }
            ? TimeSpan.FromSeconds(seconds) : (TimeSpan?)null;
        var sent = false;
        foreach (var task in instance.LiveTasks)
        {
            sent |= master.Kill(task, instance.Placement?.Agent, grace, turn.Out);
        }
        if (sent)
        {
            _sent[instance.Id] = new Sent(instance.Incarnation, turn.Now.Elapsed);
        }
        return sent;
    }

    private readonly record struct Sent(int Incarnation, TimeSpan At);
}
