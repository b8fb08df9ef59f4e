using Newtonsoft.Json.Linq;
using Offerbook.Apps.Core;
using Offerbook.Apps.Deployments.Planning;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Json.Writing;
using Offerbook.Apps.Pods.Json;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Pods.Http;

/// <summary>
/// The status of a pod: STABLE while as many instances are STABLE as are wanted, TERMINAL while a deployment removes it, else
/// DEGRADED. Instances that have never been placed are not shown.
/// </summary>
internal static class PodStatusWriter
{
    /// <summary>The pod of that id, also while it is being removed.</summary>
    public static PodDefinition? Find(AppsView view, PathId id) => view.State.Root.FindPod(id)
        ?? view.State.LockOf(id)?.Plan.Steps.SelectMany(step => step.Actions).OfType<DeploymentAction.Stop>()
            .Select(stop => stop.App).OfType<PodDefinition>().FirstOrDefault(pod => pod.Id == id);

    public static JObject Write(AppsView view, PodDefinition pod)
    {
        var placed = view.State.Instances.Of(pod.Id).Where(instance => instance.Placement is not null).ToList();
        var statuses = placed.Select(instance => PodStates.Of(Definition(view, pod, instance), instance)).ToList();
        var since = placed.Count == 0 ? pod.Version : placed.Max(instance => instance.Since);
        var isLeaving = view.State.Root.FindPod(pod.Id) is null;
        var isStable = statuses.Count(status => status.State == PodInstanceState.Stable) >= pod.Instances;
        return new JObject
        {
            ["id"] = pod.Id.ToString(),
            ["spec"] = PodWriter.Write(pod),
            ["status"] = isLeaving ? "TERMINAL" : isStable ? "STABLE" : "DEGRADED",
            ["statusSince"] = since.ToString(),
            ["instances"] = placed.JsonOf(instance => PodInstanceStatusWriter.Write(Definition(view, pod, instance), instance)),
            ["terminationHistory"] = History(view, pod),
            ["lastUpdated"] = view.At.ToString(),
            ["lastChanged"] = since.ToString(),
        };
    }

    private static PodDefinition Definition(AppsView view, PodDefinition pod, Instance instance) =>
        view.State.DefinitionOf(instance) as PodDefinition ?? pod;

    /// <summary>At most the last failure.</summary>
    private static JArray History(AppsView view, PodDefinition pod)
    {
        if (!view.State.Failures.TryGetValue(pod.Id, out var failure)
            || !InstanceId.TryParseTask(failure.TaskId, out var instance, out _, out _))
        {
            return [];
        }
        return
        [
            new JObject
            {
                ["instanceID"] = instance.Value,
                ["startedAt"] = failure.Version.ToString(),
                ["terminatedAt"] = failure.At.ToString(),
                ["message"] = failure.Message,
                ["containers"] = new JArray(new JObject
                {
                    ["containerId"] = failure.TaskId,
                    ["lastKnownState"] = failure.State,
                    ["termination"] = new JObject { ["message"] = failure.Message },
                }),
            },
        ];
    }
}
