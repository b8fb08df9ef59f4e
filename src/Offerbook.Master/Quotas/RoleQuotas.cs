using Mesos.V1.Quota;
using Offerbook.Master.Allocation;
using Offerbook.Resources;

namespace Offerbook.Master.Quotas;

/// <summary>Quotas as the allocator counts, from how operators write them.</summary>
internal static class RoleQuotas
{
    public static RoleQuota Of(QuotaConfig config) => new(
        ResourceQuantities.OfExact(Amounts(config.Guarantees)),
        QuantityLimits.OfExact(Amounts(config.Limits)));

    /// <summary><c>cpus:4; mem:2048</c>; <c>{}</c> without limits.</summary>
    public static string Text(QuantityLimits limits)
    {
        var parts = new string[limits.Count];
        for (var i = 0; i < parts.Length; i++)
        {
            parts[i] = limits.Names[i] + ":" + limits.Amounts[i];
        }
        return limits.IsEmpty ? "{}" : string.Join("; ", parts);
    }

    private static (string, Scalar)[] Amounts(IEnumerable<KeyValuePair<string, Mesos.V1.Value.Types.Scalar>> amounts) =>
        [.. amounts.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => (pair.Key, Scalar.FromUnits(pair.Value.Value)))];
}
