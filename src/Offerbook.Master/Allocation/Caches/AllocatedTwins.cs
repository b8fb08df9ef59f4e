using System.Runtime.CompilerServices;
using Offerbook.Resources;

namespace Offerbook.Master.Allocation;

/// <summary>
/// Bags that many agents share, as allocated to a role: handing out the thousandth agent of one make allocates no memory. Bags are
/// immutable, so nobody can tell. A pair may stand in any of four places; where others have all it takes the last.
/// </summary>
internal sealed class AllocatedTwins
{
    // About 250 bytes each when all are used: 4 MB. Enough for 40 makes of agents in 400 roles, each with every other.
    private const int Places = 16_384;

    private const uint Choices = 4;

    private readonly (ResourceBag? Bag, AllocatedKinds? Kinds, ResourceBag Twin)[] _twins = new (ResourceBag?, AllocatedKinds?,
        ResourceBag)[Places];

    /// <param name="bag">Not allocated.</param>
    public ResourceBag Of(ResourceBag bag, AllocatedKinds kinds)
    {
        var hash = ((uint)RuntimeHelpers.GetHashCode(bag) * 2654435769u) ^ ((uint)RuntimeHelpers.GetHashCode(kinds) * 2246822519u);
        var at = (hash >> 16) & (Places - 1);
        ref var place = ref _twins[at];
        for (var i = 0u; i < Choices; i++)
        {
            place = ref _twins[at ^ i];
            if (place.Bag is null)
            {
                break;
            }

            if (ReferenceEquals(place.Bag, bag) && ReferenceEquals(place.Kinds, kinds))
            {
                return place.Twin;
            }
        }

        place = (bag, kinds, bag.Allocate(kinds));
        return place.Twin;
    }
}
