using Mesos.V1;
using Offerbook.Apps.Core;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Json.Writing;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Http;

/// <summary>How many tasks there are in each state. A task that was never checked is neither healthy nor unhealthy.</summary>
internal static class TaskCounting
{
    /// <summary>Of all of an app's instances.</summary>
    public static TaskCounts Of(AppsView view, PathId app)
    {
        if (!view.Health.IsEmpty)
        {
            return Of(view, view.State.Instances.Of(app));
        }
        var tally = view.State.Instances.TallyOf(app);
        return new TaskCounts(tally.StagedTasks, tally.RunningTasks, tally.HealthyTasks, tally.UnhealthyTasks);
    }

    public static TaskCounts Of(AppsView view, IEnumerable<Instance> instances)
    {
        var (staged, running, healthy, unhealthy) = (0, 0, 0, 0);
        foreach (var instance in instances.Where(instance => instance.IsActive))
        {
            staged += instance.MesosState is null or TaskState.TaskStaging ? 1 : 0;
            running += instance.MesosState == TaskState.TaskRunning ? 1 : 0;
            var app = view.State.DefinitionOf(instance);
            if (app.HealthChecks.Count == 0)
            {
                continue;
            }
            var current = instance with { Health = view.HealthOf(instance) };
            var results = Enumerable.Range(0, app.HealthChecks.Count).Select(check => InstanceHealth.ResultOf(app, current, check))
                .OfType<bool>().ToList();
            unhealthy += results.Contains(false) ? 1 : 0;
            healthy += results.Count > 0 && !results.Contains(false) ? 1 : 0;
        }
        return new TaskCounts(staged, running, healthy, unhealthy);
    }
}
