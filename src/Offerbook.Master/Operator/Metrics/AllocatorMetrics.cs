using Offerbook.Master.Operator.Views;
using Offerbook.Resources;

namespace Offerbook.Master.Operator.Metrics;

/// <summary>
/// What the allocator's books say. Names of resources are bounded by the allocator, roles by the frameworks and quotas that name them.
/// </summary>
internal static class AllocatorMetrics
{
    /// <summary>The role above all others, as the original names it in metrics.</summary>
    private const string Root = "";

    public static void AddTo(IMetricSink sink, MasterView view)
    {
        var held = ResourceQuantities.Empty;
        var shown = new HashSet<string>(StringComparer.Ordinal);
        foreach (var role in view.Allocator.Roles)
        {
            held += role.Allocated;
            shown.Add(role.Role);
            var label = new MetricLabel("role", role.Role);
            sink.Add(MetricKind.Gauge, $"allocator/mesos/roles/{role.Role}/shares/dominant", role.DominantShare,
                "allocator_role_dominant_share", label);
            AddFilters(sink, role.Role, role.Filters);
        }
        foreach (var role in view.Operator.Weights.Select(weight => weight.Role)
            .Concat(view.Operator.Quotas.Select(quota => quota.Role)).Where(shown.Add))
        {
            AddFilters(sink, role, 0);
        }
        sink.Add(MetricKind.Gauge, "allocator/event_queue_dispatches", 0);
        sink.Add(MetricKind.Gauge, "allocator/mesos/event_queue_dispatches", 0);
        sink.Add(MetricKind.Counter, "allocator/mesos/allocation_runs", view.AllocationRuns, "allocator_runs");
        foreach (var name in view.Allocator.Total.Names)
        {
            var label = new MetricLabel("resource", name);
            sink.Add(MetricKind.Gauge, $"allocator/mesos/resources/{name}/total", view.Allocator.Total[name].ToDouble(),
                "allocator_resources", label);
            sink.Add(MetricKind.Gauge, $"allocator/mesos/resources/{name}/offered_or_allocated", held[name].ToDouble(),
                "allocator_resources_offered_or_allocated", label);
        }
        AddQuotas(sink, view);
    }

    private static void AddFilters(IMetricSink sink, string role, int count) => sink.Add(MetricKind.Gauge,
        $"allocator/mesos/offer_filters/roles/{role}/active", count, "allocator_offer_filters", new MetricLabel("role", role));

    /// <summary>
    /// Of roles that have a quota what it is, and of all roles what they consume, whether or not they have one; the role without a name is
    /// the root.
    /// </summary>
    private static void AddQuotas(IMetricSink sink, MasterView view)
    {
        var sums = new RoleSums(view);
        foreach (var quota in view.Allocator.Quotas)
        {
            var limited = quota.Quota.Guarantees.Names.ToArray().Union(quota.Quota.Limits.Names.ToArray()).ToList();
            foreach (var resource in limited)
            {
                Add(quota.Role, "offered_or_allocated", resource, quota.OfferedOrAllocated[resource].ToDouble());
                if (!sums.Consumed(quota.Role).ContainsKey(resource))
                {
                    Add(quota.Role, "consumed", resource, 0);
                }
            }
        }
        foreach (var quota in view.Operator.Quotas)
        {
            foreach (var (what, values) in new[] { ("guarantee", quota.Guarantees), ("limit", quota.Limits) })
            {
                foreach (var (resource, value) in values)
                {
                    Add(quota.Role, what, resource, value.Value);
                }
            }
        }
        foreach (var (role, consumed) in sums.Consumers.Append(new(Root, sums.ConsumedByAll)))
        {
            foreach (var (resource, amount) in consumed)
            {
                Add(role, "consumed", resource, amount.ToDouble());
            }
        }

        void Add(string role, string what, string resource, double value) => sink.Add(MetricKind.Gauge,
            $"allocator/mesos/quota/roles/{role}/resources/{resource}/{what}", value, $"allocator_quota_{what}",
            new MetricLabel("role", role), new MetricLabel("resource", resource));
    }
}
