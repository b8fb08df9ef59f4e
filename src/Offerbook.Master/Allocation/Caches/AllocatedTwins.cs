using System.Runtime.CompilerServices;
using Offerbook.Resources;

namespace Offerbook.Master.Allocation;

/// <summary>
/// Bags that many agents share, as allocated to a role: handing out the thousandth agent of one make allocates no memory. Bags are
/// immutable, so nobody can tell. Where two pairs fall on one place the newer one stays.
/// </summary>
internal sealed class AllocatedTwins
{
    // About 250 bytes each when all are used: 4 MB. Enough for 40 makes of agents in 400 roles, each with every other.
    private const int Places = 16_384;

    private readonly (ResourceBag? Bag, AllocatedKinds? Kinds, ResourceBag Twin)[] _twins = new (ResourceBag?, AllocatedKinds?, ResourceBag)[Places];

    /// <param name="bag">Not allocated.</param>
    public ResourceBag Of(ResourceBag bag, AllocatedKinds kinds)
    {
        var hash = ((uint)RuntimeHelpers.GetHashCode(bag) * 2654435769u) ^ ((uint)RuntimeHelpers.GetHashCode(kinds) * 2246822519u);
        ref var place = ref _twins[(hash >> 16) & (Places - 1)];
        if (!ReferenceEquals(place.Bag, bag) || !ReferenceEquals(place.Kinds, kinds))
        {
            place = (bag, kinds, bag.Allocate(kinds));
        }

        return place.Twin;
    }
}
