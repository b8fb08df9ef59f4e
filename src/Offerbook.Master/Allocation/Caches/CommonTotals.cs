using Offerbook.Resources;

namespace Offerbook.Master.Allocation;

/// <summary>
/// Agents of one make have the same total: they share one bag and one vector of it. That saves memory, keeps what a run reads of
/// a large cluster in the caches, and lets <see cref="AllocatedTwins"/> know a bag again. Only bags that look alike in every respect
/// are shared, and only plain ones: equality of disks and reservations ignores what others may see.
/// </summary>
internal sealed class CommonTotals(ClusterTotals totals)
{
    // Agents whose total is none of these have their own, as if nothing were shared.
    private const int Most = 1024;

    private readonly Dictionary<ResourceBag, Common> _byBag = new(new LookAlike());

    /// <summary>The bag to use in place of <paramref name="total"/>, for one agent more, its vector, and whether it is shared.</summary>
    public (ResourceBag Bag, long[] Vector, bool IsShared) Take(ResourceBag total)
    {
        if (_byBag.TryGetValue(total, out var common))
        {
            common.Agents++;
            return (common.Bag, common.Vector, true);
        }

        var vector = totals.VectorOf(total);
        if (total.IsEmpty || _byBag.Count == Most || !IsPlain(total))
        {
            return (total, vector, false);
        }

        _byBag.Add(total, new Common(total, vector));
        return (total, vector, true);
    }

    /// <summary>One agent less has it.</summary>
    /// <param name="total">Shared; as it was taken.</param>
    public void Return(ResourceBag total)
    {
        if (--_byBag[total].Agents == 0)
        {
            _byBag.Remove(total);
        }
    }

    private static bool IsPlain(ResourceBag bag)
    {
        foreach (ref readonly var entry in bag.Entries)
        {
            if (entry.Kind.Traits != ResourceTraits.None || entry.Kind.Disk is not null)
            {
                return false;
            }
        }

        return true;
    }

    private sealed class Common(ResourceBag bag, long[] vector)
    {
        public ResourceBag Bag { get; } = bag;

        public long[] Vector { get; } = vector;

        public int Agents { get; set; } = 1;
    }

    /// <summary>The same entries in the same order.</summary>
    private sealed class LookAlike : IEqualityComparer<ResourceBag>
    {
        public bool Equals(ResourceBag? left, ResourceBag? right) => left!.Entries.SequenceEqual(right!.Entries);

        public int GetHashCode(ResourceBag bag) => bag.GetHashCode();
    }
}
