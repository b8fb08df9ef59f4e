using Offerbook.Wire.Identity;

namespace Offerbook.Master.Allocation;

/// <summary>The agents, which of them are candidates for the next run, and from which a run withheld something.</summary>
internal sealed class AgentBook(ClusterTotals totals, QuotaBook quotas)
{
    private readonly CommonTotals _commonTotals = new(totals);
    private readonly Dictionary<AgentId, AgentSlot> _byId = [];
    private readonly List<AgentSlot?> _byHandle = [];
    private readonly Stack<int> _freeHandles = [];

    // Agents with Withheld; some of them may have been served since.
    private readonly List<AgentSlot> _withheld = [];
    private TimeSpan? _relievedAt;
    private HashSet<string>? _whitelist;

    public int Count => _byId.Count;

    public List<AgentSlot> Candidates { get; } = [];

    /// <summary>By handle; null where a handle is free.</summary>
    public IReadOnlyList<AgentSlot?> ByHandle => _byHandle;

    public AgentSlot? Find(AgentId id) => _byId.GetValueOrDefault(id);

    public AgentSlot Add(AgentId id)
    {
        var handle = _freeHandles.Count > 0 ? _freeHandles.Pop() : _byHandle.Count;
        var slot = new AgentSlot(handle, id, totals, _commonTotals, quotas);
        _byId.Add(id, slot);
        if (handle == _byHandle.Count)
        {
            _byHandle.Add(slot);
        }
        else
        {
            _byHandle[handle] = slot;
        }

        return slot;
    }

    public void Remove(AgentSlot slot)
    {
        _byId.Remove(slot.Id);
        _byHandle[slot.Handle] = null;
        _freeHandles.Push(slot.Handle);
        slot.Remove();
    }

    public void AddCandidate(AgentSlot slot)
    {
        if (!slot.IsCandidate && !slot.IsRemoved)
        {
            slot.IsCandidate = true;
            Candidates.Add(slot);
        }
    }

    public void AddAllCandidates()
    {
        foreach (var slot in _byHandle)
        {
            if (slot is not null)
            {
                AddCandidate(slot);
            }
        }
    }

    public void AddWithheld(AgentSlot slot, Withheld why)
    {
        if (slot.Withheld == Withheld.None)
        {
            _withheld.Add(slot);
        }

        slot.Withheld |= why;
    }

    /// <summary>When what was withheld is to be looked at again, as <c>Now.Elapsed</c>; null when nothing eased.</summary>
    public TimeSpan? NextRelief(TimeSpan interval) =>
        _withheld.Count == 0 || quotas.Eased == Withheld.None ? null
        : _relievedAt is { } last ? last + interval
        : TimeSpan.Zero;

    /// <summary>Makes candidates of agents from which something was withheld that may go now; but at most once in the interval.</summary>
    public void Relieve(TimeSpan now, TimeSpan interval)
    {
        if (_withheld.Count == 0)
        {
            quotas.Eased = Withheld.None;
        }
        else if (quotas.Eased != Withheld.None && !(_relievedAt + interval > now))
        {
            Relieve(quotas.Eased);
            quotas.Eased = Withheld.None;
            _relievedAt = now;
        }
    }

    private void Relieve(Withheld eased)
    {
        _withheld.RemoveAll(slot =>
        {
            if (!slot.IsRemoved && (slot.Withheld & eased) == 0)
            {
                return false;
            }

            slot.Withheld = Withheld.None;
            slot.SettledAt = -1;
            AddCandidate(slot);
            return true;
        });
    }

    /// <param name="hostnames">Null: all agents are welcome.</param>
    public void SetWhitelist(IReadOnlyCollection<string>? hostnames)
    {
        _whitelist = hostnames is null ? null : new HashSet<string>(hostnames, StringComparer.Ordinal);
        foreach (var slot in _byHandle)
        {
            if (slot is not null && slot.IsWhitelisted != IsWelcome(slot))
            {
                slot.SetWhitelisted(!slot.IsWhitelisted);
                AddCandidate(slot);
            }
        }
    }

    public bool IsWelcome(AgentSlot slot) => _whitelist is null || _whitelist.Contains(slot.Facts.Hostname);
}
