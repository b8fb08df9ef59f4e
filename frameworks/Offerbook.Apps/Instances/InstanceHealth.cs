using Offerbook.Apps.Pods;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Instances;

/// <summary>What all checks of an instance say together.</summary>
public static class InstanceHealth
{
    /// <summary>
    /// True when every check is known and alive, false when all are known and one is not, null while one is unknown or when no
    /// check is defined.
    /// </summary>
    public static bool? Aggregate(RunSpec app, Instance instance)
    {
        if (app is PodDefinition pod)
        {
            return PodHealth.Aggregate(pod, instance);
        }
        var (known, alive) = (app.HealthChecks.Count > 0, true);
        for (var i = 0; i < app.HealthChecks.Count; i++)
        {
            var result = ResultOf(app, instance, i);
            known &= result is not null;
            alive &= result ?? true;
        }
        return known ? alive : null;
    }

    /// <summary>The last result of one check; null: none yet.</summary>
    public static bool? ResultOf(RunSpec app, Instance instance, int check)
    {
        if (app.HealthChecks[check].IsMadeByAgent)
        {
            return instance.AgentHealth;
        }
        return check < instance.Health.Count && instance.Health[check].IsKnown ? instance.Health[check].IsAlive : null;
    }

    private static bool HasChecks(RunSpec app) => app is PodDefinition pod ? PodHealth.HasChecks(pod) : app.HealthChecks.Count > 0;

    /// <summary>Running, and known to be well if there are checks to tell.</summary>
    public static bool IsHealthy(RunSpec app, Instance instance) =>
        instance.IsCompleted || (instance.Condition == Condition.Running && (!HasChecks(app) || Aggregate(app, instance) == true));

    /// <summary>Healthy, and ready if the app defines readiness: what a deployment waits for.</summary>
    public static bool IsReady(RunSpec app, Instance instance) =>
        IsHealthy(app, instance) && (app.ReadinessChecks.Count == 0 || instance.Ready || instance.IsCompleted);
}
