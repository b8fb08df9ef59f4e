using Offerbook.Resources;

namespace Offerbook.Master.Allocation;

/// <summary>Whether an offer would be worth making.</summary>
internal static class Minimum
{
    /// <summary>The bag holds at least one of the sets whole; or there are none and it is not empty.</summary>
    public static bool IsMet(ResourceBag bag, IReadOnlyList<ResourceQuantities> sets)
    {
        for (var i = 0; i < sets.Count; i++)
        {
            if (Holds(bag, sets[i]))
            {
                return true;
            }
        }

        return sets.Count == 0 && !bag.IsEmpty;
    }

    private static bool Holds(ResourceBag bag, ResourceQuantities wanted)
    {
        for (var i = 0; i < wanted.Count; i++)
        {
            var sum = Scalar.Zero;
            foreach (ref readonly var entry in bag.Entries)
            {
                if (entry.Value.IsScalar && entry.Kind.Name == wanted.Names[i])
                {
                    sum += entry.Value.Scalar;
                }
            }

            if (sum < wanted.Amounts[i])
            {
                return false;
            }
        }

        return true;
    }
}
