using Offerbook.Resources;

namespace Offerbook.Master.Allocation;

/// <summary>All refusals and when they run out.</summary>
internal sealed class FilterBook
{
    // More than this for one framework, role and agent at once means that the agent's resources change faster than refusals run
    // out; the one that would run out first is given up.
    private const int MaxPerAgent = 8;

    // Removed filters stay in the queue until they come by; beyond this many and half of the queue it is rebuilt.
    private const int MaxRemovedInQueue = 1024;

    private readonly PriorityQueue<OfferFilter, (TimeSpan ExpiresAt, long Sequence)> _queue = new();
    private readonly List<OfferFilter> _overdue = [];
    private long _sequence;

    public int Count { get; private set; }

    /// <summary>How many runs there have been.</summary>
    public long Runs { get; set; }

    public TimeSpan? NextExpiry
    {
        get
        {
            while (_queue.TryPeek(out var filter, out var priority))
            {
                if (!filter.IsRemoved)
                {
                    return priority.ExpiresAt;
                }

                _queue.Dequeue();
            }

            return null;
        }
    }

    public void Add(RoleMember member, AgentSlot agent, ResourceBag refused, TimeSpan expiresAt)
    {
        var first = member.Filters.GetValueOrDefault(agent.Handle);
        OfferFilter? soonest = null;
        var count = 0;
        for (var filter = first; filter is not null; filter = filter.Next)
        {
            if (filter.ExpiresAt <= expiresAt && refused.Contains(filter.Refused))
            {
                // The new refusal says all that this one says, and for longer.
                Remove(filter);
            }
            else
            {
                count++;
                soonest = soonest is null || filter.ExpiresAt < soonest.ExpiresAt ? filter : soonest;
            }
        }

        if (count == MaxPerAgent)
        {
            Remove(soonest!);
        }

        var added = new OfferFilter(member, agent, refused, expiresAt, Runs) { Next = member.Filters.GetValueOrDefault(agent.Handle) };
        member.Filters[agent.Handle] = added;
        _queue.Enqueue(added, (expiresAt, _sequence++));
        Count++;
        member.FilterCount++;
        Compact();
    }

    public static bool Stops(RoleMember member, AgentSlot agent, ResourceBag candidate)
    {
        if (member.Filters.Count == 0)
        {
            return false;
        }

        for (var filter = member.Filters.GetValueOrDefault(agent.Handle); filter is not null; filter = filter.Next)
        {
            if (filter.Stops(candidate))
            {
                return true;
            }
        }

        return false;
    }

    public void Remove(OfferFilter filter)
    {
        var handle = filter.Agent.Handle;
        var filters = filter.Member.Filters;
        if (!ReferenceEquals(filters[handle], filter))
        {
            var before = filters[handle];
            while (!ReferenceEquals(before.Next, filter))
            {
                before = before.Next!;
            }

            before.Next = filter.Next;
        }
        else if (filter.Next is null)
        {
            filters.Remove(handle);
        }
        else
        {
            filters[handle] = filter.Next;
        }

        MarkRemoved(filter);
    }

    public void RemoveAll(RoleMember member)
    {
        foreach (var first in member.Filters.Values)
        {
            for (var filter = first; filter is not null; filter = filter.Next)
            {
                MarkRemoved(filter);
            }
        }

        member.Filters.Clear();
    }

    public void RemoveAll(RoleMember member, AgentSlot agent)
    {
        if (member.Filters.Remove(agent.Handle, out var first))
        {
            for (var filter = first; filter is not null; filter = filter.Next)
            {
                MarkRemoved(filter);
            }
        }
    }

    /// <summary>The next filter whose time is up, removed; null when there is none. One that no run has seen yet is put off until after the next.</summary>
    public OfferFilter? TakeExpired(TimeSpan now)
    {
        while (_queue.TryPeek(out var filter, out var priority) && (filter.IsRemoved || priority.ExpiresAt <= now))
        {
            _queue.Dequeue();
            if (filter.IsRemoved)
            {
                continue;
            }

            if (filter.Run == Runs)
            {
                _overdue.Add(filter);
                continue;
            }

            Remove(filter);
            return filter;
        }

        return null;
    }

    /// <summary>The next filter that was put off, removed; null when there is none. For the end of a run.</summary>
    public OfferFilter? TakeOverdue()
    {
        while (_overdue.Count > 0)
        {
            var filter = _overdue[^1];
            _overdue.RemoveAt(_overdue.Count - 1);
            if (!filter.IsRemoved)
            {
                Remove(filter);
                return filter;
            }
        }

        return null;
    }

    private void MarkRemoved(OfferFilter filter)
    {
        filter.IsRemoved = true;
        filter.Member.FilterCount--;
        Count--;
    }

    private void Compact()
    {
        var removed = _queue.Count + _overdue.Count - Count;
        if (removed <= MaxRemovedInQueue || removed <= Count)
        {
            return;
        }

        var live = new List<(OfferFilter, (TimeSpan, long))>(Count);
        foreach (var (filter, priority) in _queue.UnorderedItems)
        {
            if (!filter.IsRemoved)
            {
                live.Add((filter, priority));
            }
        }

        _queue.Clear();
        _queue.EnqueueRange(live);
    }
}
