using Mesos.V1;
using Newtonsoft.Json.Linq;
using Offerbook.Apps.Core;
using Offerbook.Apps.Http.Rendering;
using Offerbook.Apps.Http.Routing;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Json.Writing;
using Offerbook.Apps.Launching;
using Offerbook.Apps.Matching;
using Offerbook.Apps.Pods;
using Offerbook.Apps.Pods.Json;
using Offerbook.Apps.Reasons;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Http;

/// <summary>/v2/queue: what waits to be launched, and why it still does.</summary>
internal sealed class QueueEndpoints(CoreGate core, TimeProvider time) : IApiEndpoints
{
    public IReadOnlyList<ApiRoute> Routes =>
    [
        Route.Get("/v2/queue", "What waits to be launched, and why", List).Large()
            .Asks(ListPage.Parameters).Asks(FieldSelection.Parameter)
            .Asks(new QueryParameter("embed", "[text]",
                "lastUnusedOffers: the newest offer of each agent that did not suit, with all reasons"))
            .Gives(200, "Queue", "What waits"),
        Route.Delete("/v2/queue/{id}/delay", "Forget how long an app that fails is held back",
                request => core.CallAsync(request, new ApiCall.ResetDelay(request.IdText)))
            .Gives(204, null, "It is tried at once").Refuses(404, "Nothing of it waits"),
    ];

    /// <summary>By app: what waits of one in several roles stays together.</summary>
    private ApiResponse List(ApiRequest request)
    {
        var (view, withOffers) = (core.View, request.Texts("embed").Contains("lastUnusedOffers"));
        return JsonList.Answer(request, view.State.Instances.Apps.Where(app => request.Grants.Views(app) && Waiting(view, app).Any()),
            static app => app, PathId.Parse,
            app => Waiting(view, app).GroupBy(instance => instance.Role)
                .Select(role => Write(view, app, role.Key, role.ToList(), withOffers)), "queue");
    }

    private static IEnumerable<Instance> Waiting(AppsView view, PathId app) => view.State.Instances.Of(app)
        .Where(instance => instance is { Goal: Goal.Running, Condition: Condition.Scheduled or Condition.Provisioned });

    private JObject Write(AppsView view, PathId app, string role, List<Instance> waiting, bool withOffers)
    {
        var now = Timestamp.From(time.GetUtcNow());
        var stats = view.Queue.GetValueOrDefault(app) ?? new LaunchStats(app, waiting.Min(instance => instance.ScheduledAt));
        var late = view.State.Delays.TryGetValue(app, out var delay)
            ? now.UnixMilliseconds - delay.Deadline.UnixMilliseconds : long.MaxValue;
        var json = new JObject
        {
            ["count"] = waiting.Count,
            ["role"] = role,
            ["delay"] = new JObject { ["timeLeftSeconds"] = delay is null ? 0 : Math.Max(0, -late / 1000), ["overdue"] = late >= 1000 },
            ["since"] = stats.Since.ToString(),
            ["processedOffersSummary"] = Summary(stats),
        };
        json["reasons"] = new JArray(InstanceWaits.Of(view, app, now).Select(reason => reason.ToJson()));
        if (withOffers)
        {
            json["lastUnusedOffers"] = new JArray(stats.LastOffers.Values.Select(Write));
        }
        switch (view.State.Root.FindSpec(app) ?? view.State.DefinitionOf(waiting[0]))
        {
            case PodDefinition pod:
                json["pod"] = PodWriter.Write(pod);
                break;
            case AppDefinition definition:
                json["app"] = AppWriter.Write(definition);
                break;
        }
        return json;
    }

    private static JObject Summary(LaunchStats stats)
    {
        var json = new JObject { ["processedOffersCount"] = stats.ProcessedOffers, ["unusedOffersCount"] = stats.UnusedOffers };
        if (stats.LastUnusedOfferAt is { } unused)
        {
            json["lastUnusedOfferAt"] = unused.ToString();
        }
        if (stats.LastUsedOfferAt is { } used)
        {
            json["lastUsedOfferAt"] = used.ToString();
        }
        var last = stats.LastOffers.Values.Where(offer => offer.Reasons.Count > 0).Select(offer => offer.Reasons[0]).ToList();
        json["rejectSummaryLastOffers"] = Funnel(stats.LastOffers.Count, reason => last.Count(other => other == reason));
        json["rejectSummaryLaunchAttempt"] = Funnel(stats.ProcessedOffers, reason => stats.FirstReasons.GetValueOrDefault(reason));
        return json;
    }

    /// <summary>Each reason sees only the offers that none before it declined.</summary>
    private static JArray Funnel(int processed, Func<string, int> declinedBy)
    {
        var rows = new JArray();
        foreach (var reason in Enum.GetNames<RefusalReason>())
        {
            var declined = declinedBy(reason);
            rows.Add(new JObject { ["reason"] = reason, ["declined"] = declined, ["processed"] = processed });
            processed -= declined;
        }
        return rows;
    }

    private static JObject Write(UnusedOffer unused) => new()
    {
        ["offer"] = new JObject
        {
            ["id"] = unused.Offer.Id.Value,
            ["hostname"] = unused.Offer.Hostname,
            ["agentId"] = unused.Offer.AgentId.Value,
            ["resources"] = new JArray(unused.Offer.Resources.Select(resource =>
                Write(resource.Name, RoleOf(resource), resource.Scalar, resource.Ranges, resource.Set))),
            ["attributes"] = new JArray(unused.Offer.Attributes.Select(attribute =>
            {
                var json = Write(attribute.Name, null, attribute.Scalar, attribute.Ranges, attribute.Set);
                if (attribute.Text is { } text)
                {
                    json["text"] = text.Value;
                }
                return json;
            })),
        },
        ["reason"] = new JArray(unused.Reasons),
        ["timestamp"] = unused.At.ToString(),
    };

    private static string RoleOf(Resource resource) =>
        resource.Reservations.Count > 0 ? resource.Reservations[^1].Role : resource.HasRole ? resource.Role : "*";

    private static JObject Write(string name, string? role, Value.Types.Scalar? scalar, Value.Types.Ranges? ranges, Value.Types.Set? set)
    {
        var json = new JObject { ["name"] = name };
        if (role is not null)
        {
            json["role"] = role;
        }
        if (scalar is not null)
        {
            json["scalar"] = scalar.Value;
        }
        if (ranges is not null)
        {
            json["ranges"] =
                new JArray(ranges.Range.Select(range => new JObject { ["begin"] = (long)range.Begin, ["end"] = (long)range.End }));
        }
        if (set is not null)
        {
            json["set"] = new JArray(set.Item);
        }
        return json;
    }
}
