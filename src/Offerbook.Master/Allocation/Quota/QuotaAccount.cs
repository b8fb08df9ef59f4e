namespace Offerbook.Master.Allocation;

/// <summary>
/// What counts for the quota of one top-level role, kept for every role that has anything, so that a quota that is set later needs
/// no count. Amounts are vectors of thousandths by index of <see cref="ClusterTotals"/>, shorter ones standing for zeros at the end.
/// </summary>
internal sealed class QuotaAccount(string role)
{
    public string Role { get; } = role;

    public RoleQuota Quota { get; set; } = RoleQuota.Default;

    public long[] Guarantees { get; set; } = [];

    /// <summary><see cref="long.MaxValue"/> where there is none.</summary>
    public long[] Limits { get; set; } = [];

    /// <summary>Reserved to the role or below it on any agent, whether it is used or not.</summary>
    public long[] Reserved { get; set; } = [];

    /// <summary>Offered to or used in the role or below it, unreserved and not revocable.</summary>
    public long[] Unreserved { get; set; } = [];

    /// <summary>The role tree has a node for it.</summary>
    public bool HasNode { get; set; }

    public bool HasQuota => !Quota.IsDefault;

    public bool HasLimits => Limits.Length > 0;

    public bool HasGuarantees => Guarantees.Length > 0;

    /// <summary>In how many resources it has less than what is guaranteed.</summary>
    public int UnmetCount { get; set; }

    public long Consumed(int index) => Vectors.At(Reserved, index) + Vectors.At(Unreserved, index);

    public long Unmet(int index) => Math.Max(0, Vectors.At(Guarantees, index) - Consumed(index));

    /// <summary>What it may still be given; <see cref="long.MaxValue"/> where there is no limit.</summary>
    public long Room(int index)
    {
        var limit = index < Limits.Length ? Limits[index] : long.MaxValue;
        return limit == long.MaxValue ? limit : Math.Max(0, limit - Consumed(index));
    }

    /// <summary>It may be given so much: where it is given anything, its limit leaves room.</summary>
    public bool Admits(long[] amounts)
    {
        for (var i = 0; i < Math.Min(amounts.Length, Limits.Length); i++)
        {
            if (amounts[i] > 0 && amounts[i] > Room(i))
            {
                return false;
            }
        }

        return true;
    }

    public bool IsIdle => !HasNode && !HasQuota && Vectors.IsZero(Reserved) && Vectors.IsZero(Unreserved);
}
