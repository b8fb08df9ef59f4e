using Newtonsoft.Json.Linq;
using Offerbook.Apps.Core;
using Offerbook.Apps.Events;

namespace Offerbook.Apps.Pods;

/// <summary>Events about requests for pods; what happens to their instances is told like that of apps.</summary>
internal static class PodEvents
{
    /// <param name="type"><c>pod_created_event</c>, <c>pod_updated_event</c> or <c>pod_deleted_event</c>.</param>
    public static AppsEvent Of(string type, ApiCaller caller) =>
        new(type, new JObject { ["clientIp"] = caller.Address, ["uri"] = caller.Uri });
}
