using Offerbook.Apps.Core;
using Offerbook.Apps.Specs;
using Offerbook.Client.Scheduling;

namespace Offerbook.Apps.Instances;

/// <summary>
/// Sends KILL for every task that must die, and again until the task is known to have ended: after
/// <see cref="AppsSettings.KillRetryInterval"/>, and with every new subscription. Which tasks must die is in the journal, so none is
/// forgotten; which kills were sent is memory only.
/// </summary>
internal sealed class TaskReaper(AppsSettings settings, SubscriptionKeeper master)
{
    private readonly SortedDictionary<InstanceId, Sent> _sent = [];

    public void Look(Turn turn, Instance instance)
    {
        if (!instance.MustDie || instance.Condition.IsUnreachable())
        {
            _sent.Remove(instance.Id);
        }
        else if (!_sent.TryGetValue(instance.Id, out var sent) || sent.Incarnation != instance.Incarnation)
        {
            Send(turn, instance);
        }
    }

    public void Forget(InstanceId instance) => _sent.Remove(instance);

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
    }

    /// <summary>A new subscription: what was sent on the old one may be lost.</summary>
    public void Repeat(Turn turn)
    {
        _sent.Clear();
        foreach (var instance in turn.State.Instances.All)
        {
            Look(turn, instance);
        }
    }

    private void Send(Turn turn, Instance instance)
    {
        // The containers of a pod have their grace in their kill policies.
        var grace = turn.State.DefinitionOf(instance) is AppDefinition { TaskKillGracePeriodSeconds: { } seconds } ? TimeSpan.FromSeconds(seconds) : (TimeSpan?)null;
        var sent = false;
        foreach (var task in instance.LiveTasks)
        {
            sent |= master.Kill(task, instance.Placement?.Agent, grace, turn.Out);
        }
        if (sent)
        {
            _sent[instance.Id] = new Sent(instance.Incarnation, turn.Now.Elapsed);
        }
    }

    private readonly record struct Sent(int Incarnation, TimeSpan At);
}
