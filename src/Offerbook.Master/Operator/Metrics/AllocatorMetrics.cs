using Mesos.V1.Quota;
using Offerbook.Master.Operator.Views;
using Offerbook.Resources;

namespace Offerbook.Master.Operator.Metrics;

/// <summary>What the allocator's books say. Names of resources are bounded by the allocator, roles by the frameworks and quotas that name them.</summary>
internal static class AllocatorMetrics
{
    public static void AddTo(IMetricSink sink, MasterView view)
    {
        var held = ResourceQuantities.Empty;
        var byRole = new Dictionary<string, ResourceQuantities>(StringComparer.Ordinal);
        foreach (var role in view.Allocator.Roles)
        {
            held += role.Allocated;
            byRole[role.Role] = role.Allocated;
            var label = new MetricLabel("role", role.Role);
            sink.Add(MetricKind.Gauge, $"allocator/mesos/roles/{role.Role}/shares/dominant", role.DominantShare, "allocator_role_dominant_share", label);
            sink.Add(MetricKind.Gauge, $"allocator/mesos/offer_filters/roles/{role.Role}/active", role.Frameworks.Sum(framework => framework.Filters),
                "allocator_offer_filters", label);
        }
        sink.Add(MetricKind.Gauge, "allocator/event_queue_dispatches", 0);
        sink.Add(MetricKind.Gauge, "allocator/mesos/event_queue_dispatches", 0);
        sink.Add(MetricKind.Counter, "allocator/mesos/allocation_runs", view.AllocationRuns, "allocator_runs");
        foreach (var name in view.Allocator.Total.Names)
        {
            var label = new MetricLabel("resource", name);
            sink.Add(MetricKind.Gauge, $"allocator/mesos/resources/{name}/total", view.Allocator.Total[name].ToDouble(), "allocator_resources", label);
            sink.Add(MetricKind.Gauge, $"allocator/mesos/resources/{name}/offered_or_allocated", held[name].ToDouble(),
                "allocator_resources_offered_or_allocated", label);
        }
        foreach (var quota in view.Operator.Quotas)
        {
            AddQuota(sink, quota, byRole.GetValueOrDefault(quota.Role, ResourceQuantities.Empty));
        }
    }

    private static void AddQuota(IMetricSink sink, QuotaConfig quota, ResourceQuantities held)
    {
        foreach (var (what, values) in new[] { ("guarantee", quota.Guarantees), ("limit", quota.Limits) })
        {
            foreach (var (resource, value) in values)
            {
                Add(what, resource, value.Value);
            }
        }
        foreach (var resource in quota.Guarantees.Keys.Union(quota.Limits.Keys))
        {
            Add("offered_or_allocated", resource, held[resource].ToDouble());
        }

        void Add(string what, string resource, double value) => sink.Add(MetricKind.Gauge,
            $"allocator/mesos/quota/roles/{quota.Role}/resources/{resource}/{what}", value, $"allocator_quota_{what}",
            new MetricLabel("role", quota.Role), new MetricLabel("resource", resource));
    }
}
