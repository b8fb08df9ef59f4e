using Offerbook.Apps.Core;
using Offerbook.Apps.Journal;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Instances;

/// <summary>
/// Measures how long instances stay in conditions that should pass: launches that nobody confirms are killed and tried again,
/// instances out of reach become inactive and then are forgotten, as their app has it. Time is measured on the monotonic clock;
/// after a restart it goes on from the wall time in the journal.
/// </summary>
internal sealed class OverdueWatch(AppsSettings settings)
{
    private readonly SortedDictionary<InstanceId, Entry> _passing = [];

    public void Look(Turn turn, Instance instance)
    {
        if (!IsPassing(instance.Condition))
        {
            _passing.Remove(instance.Id);
            return;
        }
        var began = instance.Condition.IsUnreachable() ? instance.UnreachableSince ?? instance.Since : instance.Since;
        if (!_passing.TryGetValue(instance.Id, out var entry) || entry.Began != began || entry.Incarnation != instance.Incarnation)
        {
            var ago = TimeSpan.FromMilliseconds(Math.Max(0, turn.Time.UnixMilliseconds - began.UnixMilliseconds));
            _passing[instance.Id] = new Entry(began, instance.Incarnation, turn.Now.Elapsed - ago);
        }
    }

    public void Forget(InstanceId instance) => _passing.Remove(instance);

    public void Sweep(Turn turn)
    {
        foreach (var (id, entry) in _passing.ToList())
        {
            if (turn.State.Instances.Find(id) is { } instance)
            {
                Judge(turn, instance, turn.Now.Elapsed - entry.Since);
            }
        }
    }

    private void Judge(Turn turn, Instance instance, TimeSpan passed)
    {
        switch (instance.Condition)
        {
            case Condition.Provisioned when passed >= settings.LaunchConfirmTimeout:
            case Condition.Staging or Condition.Starting when passed >= settings.LaunchTimeout:
                if (!instance.KillRequested && instance.Goal == Goal.Running)
                {
                    Deployments.DeploymentLimits.CountFailure(turn, instance);
                }
                InstanceKeeper.RequestKill(turn, instance);
                break;
            case Condition.Unreachable or Condition.UnreachableInactive
                when turn.State.DefinitionOf(instance).UnreachableStrategy is UnreachableStrategy.Enabled strategy:
                JudgeUnreachable(turn, instance, strategy, passed);
                break;
        }
    }

    private static void JudgeUnreachable(Turn turn, Instance instance, UnreachableStrategy.Enabled strategy, TimeSpan passed)
    {
        if (passed >= TimeSpan.FromSeconds(strategy.ExpungeAfterSeconds))
        {
            turn.Apply(new Change.InstanceExpunged(instance.Id));
        }
        else if (instance.Condition == Condition.Unreachable && passed >= TimeSpan.FromSeconds(strategy.InactiveAfterSeconds))
        {
            turn.Store(instance, instance with { Condition = Condition.UnreachableInactive, Since = turn.Time });
        }
    }

    private static bool IsPassing(Condition condition) =>
        condition is Condition.Provisioned or Condition.Staging or Condition.Starting || condition.IsUnreachable();

    private readonly record struct Entry(Timestamp Began, int Incarnation, TimeSpan Since);
}
