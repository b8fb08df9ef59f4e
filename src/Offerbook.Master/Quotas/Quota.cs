using Mesos.V1.Quota;
using Offerbook.Resources;

namespace Offerbook.Master.Quotas;

/// <summary>What a role is guaranteed and how much it may have at most.</summary>
/// <param name="Limits">By resource; a resource that is not named has no limit, 0 forbids it.</param>
internal sealed record Quota(ResourceQuantities Guarantees, IReadOnlyDictionary<string, Scalar> Limits)
{
    public static Quota Of(QuotaConfig config) => new(
        ResourceQuantities.OfExact([.. config.Guarantees.OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => (pair.Key, Scalar.FromUnits(pair.Value.Value)))]),
        new SortedDictionary<string, Scalar>(
            config.Limits.ToDictionary(pair => pair.Key, pair => Scalar.FromUnits(pair.Value.Value)), StringComparer.Ordinal));

    public bool Allows(ResourceQuantities amounts)
    {
        for (var i = 0; i < amounts.Count; i++)
        {
            if (Limits.TryGetValue(amounts.Names[i], out var limit) && amounts.Amounts[i] > limit)
            {
                return false;
            }
        }
        return true;
    }

    /// <summary><c>cpus:4; mem:2048</c>; <c>{}</c> without limits.</summary>
    public string LimitsText() => Limits.Count == 0 ? "{}" : string.Join("; ", Limits.Select(limit => limit.Key + ":" + limit.Value));
}
