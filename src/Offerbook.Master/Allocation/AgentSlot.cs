using Offerbook.Actors;
using Offerbook.Resources;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Allocation;

/// <summary>What one framework holds in one role on one agent, offered or used; with allocation roles.</summary>
internal record struct Holding(RoleMember Member, ResourceBag Resources);

/// <summary>
/// An agent's books. Invariant: available = total − held (shared volumes are not used up: they stay available while held), and
/// nothing is handed out that is not available. A total that shrinks under what is held leaves nothing available, not a debt.
/// </summary>
internal sealed class AgentSlot(int handle, AgentId id)
{
    private Holding[] _holdings = [];
    private int _holdingCount;

    // All that is held, without allocation roles and shared volumes.
    private ResourceBag _taken = ResourceBag.Empty;

    /// <summary>Small, given in order of arrival, never reused.</summary>
    public int Handle { get; } = handle;

    public AgentId Id { get; } = id;

    public AgentCapabilities Capabilities { get; set; }

    /// <summary>What a framework needs to be offered this agent at all.</summary>
    public FrameworkCapabilities Requires { get; set; }

    public bool IsInRemoteRegion { get; set; }

    public ResourceBag Total { get; private set; } = ResourceBag.Empty;

    public long[] TotalVector { get; private set; } = [];

    public ResourceBag Available { get; private set; } = ResourceBag.Empty;

    public long[] AvailableVector { get; private set; } = [];

    public bool IsActive { get; set; } = true;

    public bool IsRemoved { get; set; }

    public bool IsCandidate { get; set; }

    /// <summary>
    /// At this epoch everybody had been asked and nobody was to have what is available. Until that changes (then it is −1), only
    /// competitors that changed later are worth asking: a run over a settled agent costs next to nothing.
    /// </summary>
    public long SettledAt { get; set; } = -1;

    public ReadOnlySpan<Holding> Holdings => _holdings.AsSpan(0, _holdingCount);

    public void SetTotal(ResourceBag total, long[] vector, ClusterTotals totals)
    {
        Total = total;
        TotalVector = vector;
        UpdateAvailable(totals);
    }

    public ResourceBag HeldBy(RoleMember member)
    {
        foreach (ref readonly var holding in Holdings)
        {
            if (ReferenceEquals(holding.Member, member))
            {
                return holding.Resources;
            }
        }

        return ResourceBag.Empty;
    }

    public void Hold(RoleMember member, ResourceBag allocated, ResourceBag unallocated, ClusterTotals totals)
    {
        _taken += unallocated.NonShared();
        SetHeld(member, HeldBy(member) + allocated);
        UpdateAvailable(totals);
    }

    public void Release(RoleMember member, ResourceBag allocated, ClusterTotals totals)
    {
        var held = HeldBy(member);
        Invariant.Check(held.Contains(allocated), "nobody gives back what it does not hold");
        SetHeld(member, held - allocated);
        _taken = _holdingCount == 0 ? ResourceBag.Empty : _taken - allocated.Unallocate().NonShared();
        UpdateAvailable(totals);
    }

    private void SetHeld(RoleMember member, ResourceBag held)
    {
        var at = 0;
        while (at < _holdingCount && !ReferenceEquals(_holdings[at].Member, member))
        {
            at++;
        }

        if (held.IsEmpty)
        {
            if (at < _holdingCount)
            {
                member.Holdings--;
                Array.Copy(_holdings, at + 1, _holdings, at, --_holdingCount - at);
                _holdings[_holdingCount] = default;
            }

            return;
        }

        if (at == _holdingCount)
        {
            member.Holdings++;
            if (_holdingCount == _holdings.Length)
            {
                Array.Resize(ref _holdings, Math.Max(1, _holdingCount * 2));
            }

            _holdingCount++;
        }

        _holdings[at] = new Holding(member, held);
    }

    private void UpdateAvailable(ClusterTotals totals)
    {
        Available = _taken.IsEmpty ? Total
            : (Total.Traits & ResourceTraits.Shared) == 0 ? Total - _taken
            : (Total.NonShared() - _taken) + Total.Shared();
        AvailableVector = ReferenceEquals(Available, Total) ? TotalVector : totals.VectorOf(Available);
        SettledAt = -1;
    }
}
