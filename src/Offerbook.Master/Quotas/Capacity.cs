using Offerbook.Resources;

namespace Offerbook.Master.Quotas;

/// <summary>What quotas are measured against.</summary>
internal static class Capacity
{
    /// <summary>
    /// The non-revocable scalars of all registered agents, those included that are disconnected for a moment. A walk over all
    /// agents, a few milliseconds for 50,000; only operators' calls ask.
    /// </summary>
    public static ResourceQuantities Of(ClusterState cluster)
    {
        var sums = new SortedDictionary<string, Scalar>(StringComparer.Ordinal);
        foreach (var agent in cluster.Agents)
        {
            var quantities = agent.Total.NonRevocable().Quantities;
            for (var i = 0; i < quantities.Count; i++)
            {
                sums[quantities.Names[i]] = sums.GetValueOrDefault(quantities.Names[i]) + quantities.Amounts[i];
            }
        }
        return ResourceQuantities.OfExact([.. sums.Select(pair => (pair.Key, pair.Value))]);
    }
}
