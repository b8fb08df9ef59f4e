using Offerbook.Resources;

namespace Offerbook.Master.Quotas;

/// <summary>Adds up scalars of many agents without making a list for each.</summary>
internal sealed class QuantitySum
{
    private readonly SortedDictionary<string, Scalar> _sums = new(StringComparer.Ordinal);

    public void Add(ResourceQuantities quantities)
    {
        for (var i = 0; i < quantities.Count; i++)
        {
            _sums[quantities.Names[i]] = _sums.GetValueOrDefault(quantities.Names[i]) + quantities.Amounts[i];
        }
    }

    public ResourceQuantities Total() => ResourceQuantities.OfExact([.. _sums.Select(pair => (pair.Key, pair.Value))]);
}
