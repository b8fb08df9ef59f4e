using Offerbook.Actors;
using Offerbook.Resources;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Allocation;

/// <summary>What one framework holds in one role on one agent; with allocation roles.</summary>
/// <param name="Offered">The part that is out in offers; the rest is used.</param>
internal record struct Holding(RoleMember Member, ResourceBag Resources, ResourceBag Offered);

/// <summary>
/// An agent's books. Invariant: available = total − held (shared volumes are not used up: they stay available while held), and
/// nothing is handed out that is not available. A total that shrinks under what is held leaves nothing available, not a debt.
/// </summary>
internal sealed class AgentSlot(int handle, AgentId id, ClusterTotals totals, CommonTotals commonTotals, QuotaBook quotas)
{
    private const ResourceTraits NotForQuota = ResourceTraits.Reserved | ResourceTraits.Revocable;

    private Holding[] _holdings = [];
    private int _holdingCount;

    // All that is held, without allocation roles and shared volumes.
    private ResourceBag _taken = ResourceBag.Empty;

    // The last that was available and not the total. Most of the time the same comes back, and then it is the same object: refusals
    // need not compare it entry by entry.
    private (ResourceBag Bag, long[] Vector, long[] Free) _usual = (ResourceBag.Empty, [], []);

    // What was handed out of it last, for the next time that the same goes to the same role.
    private (ResourceBag? Bag, AllocatedKinds? Kinds, ResourceBag Twin) _lastAllocated;
    private bool _isTotalShared;

    /// <summary>Small; a number is given again after its agent is gone.</summary>
    public int Handle { get; } = handle;

    public AgentId Id { get; } = id;

    public AgentCapabilities Capabilities { get; set; }

    /// <summary>What a framework needs to be offered this agent at all.</summary>
    public FrameworkCapabilities Requires { get; set; }

    public bool IsInRemoteRegion { get; set; }

    public AgentFacts Facts { get; set; } = AgentFacts.None;

    public AgentMaintenance? Maintenance { get; set; }

    /// <summary>Who refused it.</summary>
    public RefusalTable Refusals { get; } = new();

    public ResourceBag Total { get; private set; } = ResourceBag.Empty;

    public long[] TotalVector { get; private set; } = [];

    public ResourceBag Available { get; private set; } = ResourceBag.Empty;

    public long[] AvailableVector { get; private set; } = [];

    /// <summary>Of what is available, the unreserved and non-revocable: what quotas speak of.</summary>
    public long[] FreeVector { get; private set; } = [];

    public bool IsActive { get; private set; } = true;

    public bool IsWhitelisted { get; private set; } = true;

    public bool IsRemoved { get; private set; }

    /// <summary>May be handed out.</summary>
    public bool IsUsable => IsActive && IsWhitelisted && !IsRemoved;

    public bool IsCandidate { get; set; }

    /// <summary>What kept the last visit from handing out all of it and may ease without anything happening here.</summary>
    public Withheld Withheld { get; set; }

    /// <summary>The last run that offered its shared volumes.</summary>
    public long SharedOfferedIn { get; set; }

    /// <summary>
    /// At this epoch everybody had been asked and nobody was to have what is available. Until there is more of that (then it is
    /// −1), only competitors that changed later are worth asking: a run over a settled agent costs next to nothing.
    /// </summary>
    public long SettledAt { get; set; } = -1;

    public ReadOnlySpan<Holding> Holdings => _holdings.AsSpan(0, _holdingCount);

    public void SetActive(bool isActive) => SetUsable(isActive, IsWhitelisted, IsRemoved);

    public void SetWhitelisted(bool isWhitelisted) => SetUsable(IsActive, isWhitelisted, IsRemoved);

    public void Remove() => SetUsable(IsActive, IsWhitelisted, isRemoved: true);

    public void SetTotal(ResourceBag total)
    {
        quotas.CountReservations(Total, -1);
        quotas.CountReservations(total, 1);
        var before = TotalVector;
        var (shared, wasShared) = (Total, _isTotalShared);
        (Total, TotalVector, _isTotalShared) = commonTotals.Take(total);
        if (wasShared)
        {
            commonTotals.Return(shared);
        }

        totals.Replace(before, TotalVector);
        UpdateAvailable();
        SettledAt = -1;
    }

    /// <summary>The same amounts under other names: a reservation or volume was made or undone.</summary>
    public void ConvertTotal(ResourceBag consumed, ResourceBag produced) => SetTotal((Total - consumed) + produced);

    /// <summary>Resources of it as allocated to a role; the same object where it was made before.</summary>
    /// <param name="offered">Not allocated.</param>
    public ResourceBag Allocate(ResourceBag offered, AllocatedKinds kinds, AllocatedTwins twins)
    {
        if (_isTotalShared && ReferenceEquals(offered, Total))
        {
            return twins.Of(offered, kinds);
        }

        if (!ReferenceEquals(_lastAllocated.Bag, offered) || !ReferenceEquals(_lastAllocated.Kinds, kinds))
        {
            _lastAllocated = (offered, kinds, offered.Allocate(kinds));
        }

        return _lastAllocated.Twin;
    }

    /// <summary>For a visit to come; see <see cref="VisitsAhead"/>.</summary>
    public void Prefetch() => Allocation.Prefetch.Object(this, 4);

    /// <summary>The same, nearer to it: reads the books to know where these are.</summary>
    public void PrefetchParts()
    {
        Allocation.Prefetch.Object(Refusals);
        Allocation.Prefetch.Object(_holdings, 2);
        if (!_isTotalShared || !ReferenceEquals(Available, Total))
        {
            Allocation.Prefetch.Object(Available);
            Allocation.Prefetch.Object(AvailableVector);
        }
    }

    public void PrefetchEntries()
    {
        Refusals.Prefetch();
        if ((!_isTotalShared || !ReferenceEquals(Available, Total)) && !Available.IsEmpty)
        {
            Allocation.Prefetch.At(in Available.Entries[0], 3);
        }
    }

    public ResourceBag HeldBy(RoleMember member)
    {
        var at = IndexOf(member);
        return at < 0 ? ResourceBag.Empty : _holdings[at].Resources;
    }

    public ResourceBag OfferedTo(RoleMember member)
    {
        var at = IndexOf(member);
        return at < 0 ? ResourceBag.Empty : _holdings[at].Offered;
    }

    public void Hold(RoleMember member, ResourceBag allocated, ResourceBag unallocated, bool isOffer)
    {
        _taken += unallocated.NonShared();
        var at = IndexOf(member);
        if (at < 0)
        {
            at = AddHolding(member);
        }

        ref var holding = ref _holdings[at];
        holding.Resources += allocated;
        if (isOffer)
        {
            holding.Offered += allocated;
        }

        UpdateAvailable();
    }

    public void Release(RoleMember member, ResourceBag allocated)
    {
        var at = IndexOf(member);
        Invariant.Check(at >= 0 && _holdings[at].Resources.Contains(allocated), "nobody gives back what it does not hold");
        ref var holding = ref _holdings[at];
        holding.Resources -= allocated;
        if (!holding.Offered.IsEmpty && !holding.Resources.Contains(holding.Offered))
        {
            holding.Offered = holding.Resources;
        }

        if (holding.Resources.IsEmpty)
        {
            RemoveHolding(at);
        }

        _taken = _holdingCount == 0 ? ResourceBag.Empty : _taken - allocated.Unallocate().NonShared();
        UpdateAvailable();
        SettledAt = -1;
    }

    /// <summary>What was offered is used from now on, or is about to be released.</summary>
    public void EndOffer(RoleMember member, ResourceBag allocated)
    {
        var at = IndexOf(member);
        if (at >= 0)
        {
            _holdings[at].Offered -= allocated;
        }
    }

    private int IndexOf(RoleMember member)
    {
        for (var i = 0; i < _holdingCount; i++)
        {
            if (ReferenceEquals(_holdings[i].Member, member))
            {
                return i;
            }
        }

        return -1;
    }

    private int AddHolding(RoleMember member)
    {
        member.Holdings++;
        Maintenance?.Changed();
        if (_holdingCount == _holdings.Length)
        {
            Array.Resize(ref _holdings, Math.Max(1, _holdingCount * 2));
        }

        _holdings[_holdingCount] = new Holding(member, ResourceBag.Empty, ResourceBag.Empty);
        return _holdingCount++;
    }

    private void RemoveHolding(int at)
    {
        _holdings[at].Member.Holdings--;
        Array.Copy(_holdings, at + 1, _holdings, at, --_holdingCount - at);
        _holdings[_holdingCount] = default;
    }

    private void SetUsable(bool isActive, bool isWhitelisted, bool isRemoved)
    {
        var before = IsUsable ? FreeVector : [];
        (IsActive, IsWhitelisted, IsRemoved) = (isActive, isWhitelisted, isRemoved);
        quotas.ReplaceFree(before, IsUsable ? FreeVector : []);
    }

    private void UpdateAvailable()
    {
        var freeBefore = FreeVector;
        Available = _taken.IsEmpty ? Total
            : (Total.Traits & ResourceTraits.Shared) == 0 ? Total - _taken
            : (Total.NonShared() - _taken) + Total.Shared();
        if (!ReferenceEquals(Available, Total) && !Available.IsEmpty && Available.Equals(_usual.Bag))
        {
            (Available, AvailableVector, FreeVector) = _usual;
        }
        else
        {
            AvailableVector = ReferenceEquals(Available, Total) ? TotalVector : totals.VectorOf(Available);
            FreeVector = (Available.Traits & NotForQuota) == 0 ? AvailableVector : totals.VectorOf(Available.Without(NotForQuota));
            _usual = Available.IsEmpty || ReferenceEquals(Available, Total) ? _usual : (Available, AvailableVector, FreeVector);
        }

        if (IsUsable)
        {
            quotas.ReplaceFree(freeBefore, FreeVector);
        }
    }
}
