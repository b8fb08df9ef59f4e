namespace Offerbook.Master.Allocation;

/// <summary>Whatever competes with siblings by share: a role of the tree, or a framework in a role.</summary>
internal abstract class Competitor(string name, int index)
{
    /// <summary>Unique among siblings; decides when share and number of allocations are equal.</summary>
    public string Name { get; } = name;

    /// <summary>Of members: small, and given again after the member is gone.</summary>
    public int Index { get; } = index;

    /// <summary>Allocated and offered scalars in thousandths, by index of <see cref="ClusterTotals"/>.</summary>
    public long[] Allocated { get; private set; } = [];

    /// <summary>A share counts as if it were divided by this; above 0.</summary>
    public double Weight { get; set; } = 1;

    /// <summary>How often something was allocated; the less often served goes first among equal shares.</summary>
    public long Allocations { get; set; }

    /// <summary>By weight. Valid under the version of totals under which its order was last sorted.</summary>
    public double Share { get; set; }

    /// <summary>
    /// The newest change of state that could make an agent go here which was refused here before. See <see cref="AgentSlot.SettledAt"/>.
    /// </summary>
    public long ChangedAt { get; set; }

    /// <summary>The last agent visit that came by, so that a competitor which moves during a visit is served once.</summary>
    public long VisitedAt { get; set; }

    public void Add(long[] amounts, int sign) => Allocated = Vectors.Add(Allocated, amounts, sign);

    public static int Compare(Competitor left, Competitor right)
    {
        var byShare = left.Share.CompareTo(right.Share);
        if (byShare != 0)
        {
            return byShare;
        }

        var byAllocations = left.Allocations.CompareTo(right.Allocations);
        return byAllocations != 0 ? byAllocations : string.CompareOrdinal(left.Name, right.Name);
    }
}
