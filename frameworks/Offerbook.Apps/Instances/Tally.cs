using Mesos.V1;
using Offerbook.Apps.Pods;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Instances;

/// <summary>
/// How many of some instances are what. Kept up as each instance changes, so that asking costs the same for ten instances as for
/// ten thousand. What counts as ready or healthy is judged by the definition that the instance runs.
/// </summary>
public readonly record struct Tally
{
    public int Total { get; init; }

    /// <summary>Count toward the number of instances that the app wants.</summary>
    public int Wanted { get; init; }

    /// <summary>Wanted and ready.</summary>
    public int Ready { get; init; }

    /// <summary>With a task, or what may be one.</summary>
    public int Active { get; init; }

    /// <summary>Active, and nobody has sent them away.</summary>
    public int Standing { get; init; }

    /// <summary>Standing and healthy.</summary>
    public int StandingHealthy { get; init; }

    /// <summary>To be removed with all they hold.</summary>
    public int Leaving { get; init; }

    /// <summary>Launched, and not confirmed.</summary>
    public int Provisioned { get; init; }

    /// <summary>Running, whatever the goal.</summary>
    public int Running { get; init; }

    /// <summary>Running and healthy, whatever the goal.</summary>
    public int Healthy { get; init; }

    /// <summary>Active with a task that is staged, as the API counts.</summary>
    public int StagedTasks { get; init; }

    /// <summary>Active with a task that runs, as the API counts.</summary>
    public int RunningTasks { get; init; }

    /// <summary>Active with a known health check, and none that fails.</summary>
    public int HealthyTasks { get; init; }

    /// <summary>Active with a health check that fails.</summary>
    public int UnhealthyTasks { get; init; }

    /// <summary>Sent away with what they hold on an agent that is out of reach: nobody waits for these.</summary>
    public int Lost { get; init; }

    /// <summary>Without a task and not wanted for now; their volumes are kept.</summary>
    public int Resting { get; init; }

    /// <summary>Active, and sent away: their tasks have still to end.</summary>
    public int Dying => Active - Standing - Lost;

    /// <summary>Without a task, and wanted.</summary>
    public int Idle => Total - Active - Resting;

    public static Tally Of(RunSpec app, Instance instance)
    {
        var isHealthy = InstanceHealth.IsHealthy(app, instance);
        var stands = instance.IsActive && instance.Goal == Goal.Running;
        var (known, failing) = instance.IsActive ? Checks(app, instance) : (false, false);
        return new Tally
        {
            Total = 1,
            Wanted = One(instance.IsWanted),
            Ready = One(instance.IsWanted && InstanceHealth.IsReady(app, instance)),
            Active = One(instance.IsActive),
            Standing = One(stands),
            StandingHealthy = One(stands && isHealthy),
            Lost = One(instance.Goal != Goal.Running && instance.Condition.IsUnreachable()),
            Resting = One(instance.Goal == Goal.Stopped && !instance.IsActive),
            Leaving = One(instance.Goal == Goal.Decommissioned),
            Provisioned = One(instance.Condition == Condition.Provisioned),
            Running = One(instance.Condition == Condition.Running),
            Healthy = One(isHealthy),
            StagedTasks = One(instance.IsActive && instance.MesosState is null or TaskState.TaskStaging),
            RunningTasks = One(instance.IsActive && instance.MesosState == TaskState.TaskRunning),
            HealthyTasks = One(known && !failing),
            UnhealthyTasks = One(failing),
        };
    }

    public static Tally operator +(Tally left, Tally right) => Combine(left, right, 1);

    public static Tally operator -(Tally left, Tally right) => Combine(left, right, -1);

    private static Tally Combine(Tally left, Tally right, int sign) => new()
    {
        Total = left.Total + sign * right.Total,
        Wanted = left.Wanted + sign * right.Wanted,
        Ready = left.Ready + sign * right.Ready,
        Active = left.Active + sign * right.Active,
        Standing = left.Standing + sign * right.Standing,
        StandingHealthy = left.StandingHealthy + sign * right.StandingHealthy,
        Lost = left.Lost + sign * right.Lost,
        Resting = left.Resting + sign * right.Resting,
        Leaving = left.Leaving + sign * right.Leaving,
        Provisioned = left.Provisioned + sign * right.Provisioned,
        Running = left.Running + sign * right.Running,
        Healthy = left.Healthy + sign * right.Healthy,
        StagedTasks = left.StagedTasks + sign * right.StagedTasks,
        RunningTasks = left.RunningTasks + sign * right.RunningTasks,
        HealthyTasks = left.HealthyTasks + sign * right.HealthyTasks,
        UnhealthyTasks = left.UnhealthyTasks + sign * right.UnhealthyTasks,
    };

    private static int One(bool counts) => counts ? 1 : 0;

    private static (bool Known, bool Failing) Checks(RunSpec app, Instance instance)
    {
        if (app is PodDefinition pod)
        {
            var all = PodHealth.Aggregate(pod, instance);
            return (all is not null, all == false);
        }
        var (known, failing) = (false, false);
        for (var i = 0; i < app.HealthChecks.Count; i++)
        {
            var result = InstanceHealth.ResultOf(app, instance, i);
            known |= result is not null;
            failing |= result == false;
        }
        return (known, failing);
    }
}
