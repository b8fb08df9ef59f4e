using System.Collections.Immutable;
using Offerbook.Actors;
using Offerbook.Apps.Core;
using Offerbook.Apps.Events;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Json.Writing;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Health;

/// <summary>
/// Runs the health checks that the framework makes itself (HTTP, HTTPS, TCP) against every running task. A timer for each check
/// asks; the answer sets the timer again. Failures, first successes and changes are written down; that a healthy instance is
/// still healthy is only remembered (<see cref="Latest"/>).
/// </summary>
internal sealed class HealthChecker(AppsSettings settings, ProbeRuns runs)
{
    /// <summary>Instances that are being checked.</summary>
    private readonly SortedDictionary<InstanceId, Watch> _watched = [];
    private readonly ProbedPorts _ports = new();

    /// <summary>Results newer than the journal's, for showing.</summary>
    public ImmutableDictionary<InstanceId, ValueList<CheckHealth>> Latest { get; private set; } =
        ImmutableDictionary<InstanceId, ValueList<CheckHealth>>.Empty;

    /// <summary>Begins or ends checking as the instance's condition wants it.</summary>
    public void Look(Turn turn, Instance instance)
    {
        _ports.Look(instance);
        if (instance.Condition != Condition.Running)
        {
            Forget(instance.Id);
        }
        else if (!_watched.TryGetValue(instance.Id, out var watch) || watch.Incarnation != instance.Incarnation)
        {
            Forget(instance.Id);
            _watched[instance.Id] = WatchOf(turn, instance);
            var app = turn.State.DefinitionOf(instance);
            for (var i = 0; i < app.HealthChecks.Count; i++)
            {
                if (!app.HealthChecks[i].IsMadeByAgent)
                {
                    _ports.Probe(instance);
                    Wait(turn, instance.Id, i, Sooner(app.HealthChecks[i], settings.FirstHealthCheckDelay));
                }
            }
        }
    }

    /// <summary>Timers left behind find nothing to do.</summary>
    public void Forget(InstanceId instance)
    {
        _watched.Remove(instance);
        _ports.Forget(instance);
        Latest = Latest.Remove(instance);
    }

    public void Ask(Turn turn, AppsTimer.HealthCheckDue due)
    {
        var id = new InstanceId(due.Instance);
        if (turn.State.Instances.Find(id) is not { Condition: Condition.Running } instance || !_watched.ContainsKey(id))
        {
            return;
        }
        var app = turn.State.DefinitionOf(instance);
        if (due.Check < app.HealthChecks.Count && app is AppDefinition target
            && ProbeTarget.Of(target, app.HealthChecks[due.Check], instance) is { } probe)
        {
            runs.Start(turn, instance, due.Check, probe);
        }
    }

    public void Take(Turn turn, ProbeRun run, ProbeResult result)
    {
        if (turn.State.Instances.Find(run.Instance) is not { Condition: Condition.Running } instance
            || instance.Incarnation != run.Incarnation || !_watched.TryGetValue(run.Instance, out var watch))
        {
            return;
        }
        var app = turn.State.DefinitionOf(instance);
        var check = app.HealthChecks[run.Check];
        var before = Latest.GetValueOrDefault(instance.Id, instance.Health);
        var known = run.Check < before.Count ? before[run.Check] : CheckHealth.None;
        var running = turn.Now.Elapsed - watch.Since;
        if (_ports.LostTo(instance.Id) is { } other)
        {
            result = new ProbeResult.NoAnswer($"its port is {other.Value}'s by now");
        }
        var (health, verdict) = HealthCounter.Count(known, check, result, turn.Time, running);
        var all = WithResult(before, run.Check, health);

        switch (verdict)
        {
            case HealthVerdict.Success when known.IsAlive:
                Latest = Latest.SetItem(instance.Id, all);
                break;
            case HealthVerdict.Success:
                Write(turn, app, instance, all);
                break;
            case HealthVerdict.Failure or HealthVerdict.Kill:
                turn.Publish(HealthEvents.Failed(instance, CheckWriter.Write(check)));
                Write(turn, app, instance, all);
                break;
        }
        if (verdict == HealthVerdict.Kill)
        {
            Kill(turn, instance.Id, health.LastFailureCause ?? "");
        }
        var isHopeful = verdict == HealthVerdict.Ignored;
        Wait(turn, instance.Id, run.Check, isHopeful ? Sooner(check, Later(running / 2, settings.FirstHealthCheckDelay)) : Interval(check));
    }

    /// <summary>What the clock on the wall says counts once: it may be set later, and a task would be new for hours.</summary>
    private static Watch WatchOf(Turn turn, Instance instance)
    {
        var ago = turn.Time.UnixMilliseconds - (instance.StartedAt ?? instance.Since).UnixMilliseconds;
        return new Watch(instance.Incarnation, turn.Now.Elapsed - TimeSpan.FromMilliseconds(Math.Max(0, ago)));
    }

    private void Write(Turn turn, RunSpec app, Instance instance, ValueList<CheckHealth> health)
    {
        Latest = Latest.Remove(instance.Id);
        var after = instance with { Health = health };
        turn.Store(instance, after);
        HealthEvents.TellOfChange(turn, app, instance, after);
    }

    private static void Kill(Turn turn, InstanceId id, string cause)
    {
        var instance = turn.State.Instances.Find(id)!;
        if (instance.KillRequested || instance.Goal != Goal.Running)
        {
            return;
        }
        turn.Publish(HealthEvents.UnhealthyKill(instance, cause));
        turn.Apply(new Journal.Change.TaskFailed(new TaskFailure(instance.App, instance.Task.Value, "TASK_KILLED",
            "Task was killed since health check failed. Reason: " + cause, instance.Placement?.Host ?? "", instance.Placement?.Agent.Value,
            instance.Version, turn.Time)));
        Deployments.DeploymentLimits.CountFailure(turn, instance);
        InstanceKeeper.RequestKill(turn, instance);
    }

    private static ValueList<CheckHealth> WithResult(ValueList<CheckHealth> health, int check, CheckHealth result)
    {
        var list = health.ToList();
        while (list.Count <= check)
        {
            list.Add(CheckHealth.None);
        }
        list[check] = result;
        return list.ToValueList();
    }

    private static void Wait(Turn turn, InstanceId instance, int check, TimeSpan wait)
    {
        var due = new AppsTimer.HealthCheckDue(instance.Value, check);
        turn.Out.Add(new StartTimer(due, wait, new AppsMessage.TimedOut(due)));
    }

    private static TimeSpan Interval(HealthCheck check) => TimeSpan.FromSeconds(Math.Max(1, check.IntervalSeconds));

    private static TimeSpan Later(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private static TimeSpan Sooner(HealthCheck check, TimeSpan wait) => Interval(check) < wait ? Interval(check) : wait;

    /// <param name="Incarnation">The one that is being checked.</param>
    /// <param name="Since">When it began to run, as <see cref="Now.Elapsed"/> counts.</param>
    private readonly record struct Watch(int Incarnation, TimeSpan Since);
}
