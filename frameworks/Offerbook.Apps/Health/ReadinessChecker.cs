using System.Collections.Immutable;
using Offerbook.Actors;
using Offerbook.Apps.Core;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Health;

/// <summary>
/// Asks running instances of apps that are being deployed whether they are ready, until each has once said yes. That is written
/// down; the last answers are remembered for showing.
/// </summary>
internal sealed class ReadinessChecker(ProbeRuns runs)
{
    private readonly SortedDictionary<InstanceId, int> _asked = [];

    public ImmutableSortedDictionary<InstanceId, ProbeResult> Latest { get; private set; } =
        ImmutableSortedDictionary<InstanceId, ProbeResult>.Empty;

    public void Look(Turn turn, Instance instance)
    {
        if (CheckFor(turn, instance) is null)
        {
            Forget(instance.Id);
        }
        else if (!_asked.TryGetValue(instance.Id, out var incarnation) || incarnation != instance.Incarnation)
        {
            _asked[instance.Id] = instance.Incarnation;
            Ask(turn, instance.Id);
        }
    }

    public void Forget(InstanceId instance)
    {
        _asked.Remove(instance);
        Latest = Latest.Remove(instance);
    }

    public void Ask(Turn turn, InstanceId id)
    {
        if (turn.State.Instances.Find(id) is { } instance && CheckFor(turn, instance) is { } check
            && turn.State.DefinitionOf(instance) is AppDefinition app && ProbeTarget.Of(app, check, instance) is { } probe)
        {
            runs.Start(turn, instance, ProbeRuns.Readiness, probe);
        }
    }

    public void Take(Turn turn, ProbeRun run, ProbeResult result)
    {
        if (turn.State.Instances.Find(run.Instance) is not { } instance || instance.Incarnation != run.Incarnation
            || CheckFor(turn, instance) is not { } check)
        {
            return;
        }
        Latest = Latest.SetItem(instance.Id, result);
        if (result is ProbeResult.HttpAnswered answered && check.HttpStatusCodesForReady.Contains(answered.Status))
        {
            turn.Store(instance, instance with { Ready = true });
            return;
        }
        var due = new AppsTimer.ReadinessCheckDue(instance.Id.Value);
        turn.Out.Add(new StartTimer(due, TimeSpan.FromSeconds(Math.Max(1, check.IntervalSeconds)), new AppsMessage.TimedOut(due)));
    }

    /// <summary>The check that the instance still has to pass; null when there is none, or nobody waits for it.</summary>
    private static ReadinessCheck? CheckFor(Turn turn, Instance instance)
    {
        if (instance.Ready || instance.Condition != Condition.Running || turn.State.LockOf(instance.App) is null)
        {
            return null;
        }
        var app = turn.State.DefinitionOf(instance);
        return app.ReadinessChecks.Count == 0 ? null : app.ReadinessChecks[0];
    }
}
