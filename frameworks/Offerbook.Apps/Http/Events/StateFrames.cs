using System.Text;
using Newtonsoft.Json.Linq;
using Offerbook.Apps.Core;
using Offerbook.Apps.Events;
using Offerbook.Apps.Http.Rendering;
using Offerbook.Apps.Pods.Http;

namespace Offerbook.Apps.Http.Events;

/// <summary>
/// The state as events, for clients that ask for it before they follow: an event for each app with its tasks, each pod's status and each
/// running
/// deployment, then one that says that this is all. Only the last has an id, so who loses the connection in between begins anew.
/// </summary>
internal static class StateFrames
{
    private static readonly AppEmbeds Embeds = AppEmbeds.None with { Counts = true, Deployments = true, Tasks = true,
        LastTaskFailure = true };

    public static IEnumerable<ReadOnlyMemory<byte>> Of(AppsView view, EventFilter filter, AppPieces pieces)
    {
        var (state, apps, pods, deployments) = (view.State, 0, 0, 0);
        foreach (var app in state.Root.Apps.Where(app => filter.WantsSpec(app.Id, state)))
        {
            apps++;
            yield return Frame(view, "snapshot_app",
                new JObject { ["app"] = new JRaw(Encoding.UTF8.GetString(pieces.Of(view, app, Embeds).Span)) });
        }
        foreach (var pod in state.Root.Pods.Where(pod => filter.WantsSpec(pod.Id, state)))
        {
            pods++;
            yield return Frame(view, "snapshot_pod", new JObject { ["pod"] = PodStatusWriter.Write(view, pod) });
        }
        foreach (var deployment in state.Deployments
            .Where(deployment => deployment.Plan.AffectedApps.Any(id => filter.WantsSpec(id, state))))
        {
            deployments++;
            yield return Frame(view, "snapshot_deployment", DeploymentEvents.Info(deployment).Payload);
        }
        yield return Frame(view, "snapshot_complete", new JObject
        {
            ["apps"] = apps,
            ["pods"] = pods,
            ["deployments"] = deployments,
            ["version"] = state.Root.Version.ToString(),
            ["lastEventId"] = state.LastEventId,
        }, state.LastEventId);
    }

    private static ReadOnlyMemory<byte> Frame(AppsView view, string type, JObject payload, long? id = null) =>
        EventFrame.Encode(type, new AppsEvent(type, payload).ToJson(view.At), id);
}
