using Offerbook.Actors;
using Offerbook.Resources;

namespace Offerbook.Master.Allocation;

/// <summary>
/// Cuts an offer down to what the role's limits and the guarantees of others leave. Only unreserved, non-revocable scalars are cut;
/// exclusive disks go whole or not at all.
/// </summary>
internal sealed class QuotaCut(ClusterTotals totals, QuotaBook quotas, SeededRandom random)
{
    private const ResourceTraits NotForQuota = ResourceTraits.Reserved | ResourceTraits.Revocable;

    private readonly List<int> _order = [];
    private long[] _left = [];

    /// <summary>Something might have to be cut for a role.</summary>
    public bool Concerns(QuotaAccount account) => account.HasLimits || quotas.UnmetRoles > 0;

    /// <summary>
    /// What the role may be given of a resource because of its own limit, and because of all guarantees; <see cref="long.MaxValue"/>: any
    /// amount.
    /// </summary>
    public (long Limit, long Headroom) Caps(QuotaAccount account, int index)
    {
        // Where no guarantee lacks anything, all that is free is surplus. What a role itself lacks is kept for nobody else.
        var required = Vectors.At(quotas.Required, index);
        var headroom = required == 0 ? long.MaxValue : Math.Max(0, Vectors.At(quotas.Free, index) - required) + account.Unmet(index);
        return (account.Room(index), headroom);
    }

    /// <param name="free">The unreserved, non-revocable scalars of <paramref name="offered"/>.</param>
    /// <param name="withheld">What made a cut necessary.</param>
    public ResourceBag Cut(ResourceBag offered, long[] free, QuotaAccount account, out Withheld withheld)
    {
        withheld = FillLeft(free, account);
        return withheld == Withheld.None ? offered : Shrink(offered, shuffle: true);
    }

    public long Required(int index) => Vectors.At(quotas.Required, index);

    public long Free(int index) => Vectors.At(quotas.Free, index);

    /// <summary>What <see cref="Cut"/> would leave, without drawing lots.</summary>
    public ResourceBag Preview(ResourceBag offered, QuotaAccount account)
    {
        var free = totals.ForQuota(offered, null);
        return FillLeft(free, account) == Withheld.None ? offered : Shrink(offered, shuffle: false);
    }

    /// <summary>The role lacks something that is guaranteed to it and that this could give.</summary>
    public bool Helps(ResourceBag offered, QuotaAccount account)
    {
        foreach (ref readonly var entry in offered.Entries)
        {
            if (IsCounted(entry))
            {
                var unmet = account.Unmet(totals.IndexOf(entry.Kind.Name));
                if (unmet > 0 && (!entry.Kind.IsExclusive || entry.Value.Scalar.Milli <= unmet))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private Withheld FillLeft(long[] free, QuotaAccount account)
    {
        var withheld = Withheld.None;
        _left = Vectors.Grow(_left, free.Length);
        for (var i = 0; i < free.Length; i++)
        {
            var (limit, headroom) = Caps(account, i);
            _left[i] = Math.Min(limit, headroom);
            withheld |= (free[i] > limit ? Withheld.Limit : Withheld.None) | (free[i] > headroom ? Withheld.Headroom : Withheld.None);
        }

        return withheld;
    }

    private ResourceBag Shrink(ResourceBag offered, bool shuffle)
    {
        _order.Clear();
        for (var i = 0; i < offered.Count; i++)
        {
            if (IsCounted(offered.Entries[i]))
            {
                _order.Add(i);
            }
        }

        // Several disks of which not all may go: none of them is always the first.
        if (shuffle)
        {
            random.Shuffle(_order);
        }

        Span<ResourceEntry> entries = [.. offered.Entries];
        foreach (var i in _order)
        {
            ref var entry = ref entries[i];
            var index = totals.IndexOf(entry.Kind.Name);
            var amount = Math.Min(entry.Value.Scalar.Milli, _left[index]);
            amount = entry.Kind.IsExclusive && amount < entry.Value.Scalar.Milli ? 0 : amount;
            _left[index] -= amount;
            entry = entry with { Value = new Scalar(amount) };
        }

        return ResourceBag.Of(entries);
    }

    /// <summary>Quotas speak of it: an unreserved, non-revocable scalar.</summary>
    private bool IsCounted(in ResourceEntry entry) =>
        entry.Value.IsScalar && (entry.Kind.Traits & NotForQuota) == 0 && totals.IndexOf(entry.Kind.Name) >= 0;
}
