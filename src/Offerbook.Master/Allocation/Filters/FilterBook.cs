using System.Diagnostics.CodeAnalysis;
using Offerbook.Resources;

namespace Offerbook.Master.Allocation;

/// <summary>
/// All refusals and when they run out. Found by agent and member, by member, and by time; making, ending and asking are O(1) but
/// for the first of a moment. They run out on a grid of 10 ms, rounded up, so that those of one moment run out together.
/// <para>Bounded: beyond <see cref="AllocatorSettings.MaxFilters"/> that which would run out first is given up (so that the least
/// is lost), and its agent is looked at again a second later.</para>
/// </summary>
internal sealed class FilterBook(AllocatorSettings settings)
{
    // More than this for one framework, role and agent at once means that the agent's resources change faster than refusals run
    // out; one is given up: of those that are only remembered the one that is forgotten first, else the one that would run out first.
    private const int MaxPerAgent = 8;

    private const long TicksPerStep = TimeSpan.TicksPerMillisecond * 10;
    private const long Overdue = -1;
    private static readonly TimeSpan GivenUpPause = TimeSpan.FromSeconds(1);

    private readonly RefusalSlab _refusals = new();
    private readonly SortedSet<long> _ticks = [];
    private readonly Dictionary<long, int> _first = [];
    private readonly List<AgentSlot> _givenUp = [];
    private TimeSpan? _givenUpDue;

    /// <summary>How many hold.</summary>
    public int Count { get; private set; }

    /// <summary>How many runs there have been.</summary>
    public int Runs { get; set; }

    public TimeSpan? NextExpiry
    {
        get
        {
            var next = _ticks.Count == 0 ? (TimeSpan?)null : new TimeSpan(_ticks.Min * TicksPerStep);
            return next is null || _givenUpDue < next ? _givenUpDue : next;
        }
    }

    /// <param name="holdsUntil">As <c>Now.Elapsed</c>.</param>
    /// <param name="forgottenAt">Until then others come first; no later than <paramref name="holdsUntil"/>: not remembered.</param>
    public void Add(RoleMember member, AgentSlot agent, ResourceBag refused, TimeSpan holdsUntil, TimeSpan forgottenAt, TimeSpan now)
    {
        var tick = Tick(holdsUntil);
        Supersede(member, agent, refused, tick);
        if (_refusals.Count >= settings.MaxFilters)
        {
            GiveUpFirst(now);
        }

        var place = _refusals.Take();
        ref var refusal = ref _refusals[place];
        refusal.Member = member;
        refusal.Agent = agent;

        // Sharing the agent's own bag makes the usual question, whether the refusal covers what is free, a comparison of references.
        refusal.Refused = refused.Equals(agent.Available) ? agent.Available : refused;
        refusal.Run = Runs;
        refusal.ForgottenAt = Math.Max(tick, Tick(forgottenAt));
        refusal.NextOfPair = agent.Refusals.Find(member.Index);
        agent.Refusals.Set(member.Index, place);
        agent.Refusals.Prepare(agent.Available);
        agent.Refusals.Note(member.Index, refusal.Refused);
        refusal.EarlierOfMember = -1;
        refusal.LaterOfMember = member.FirstRefusal;
        if (member.FirstRefusal >= 0)
        {
            _refusals[member.FirstRefusal].EarlierOfMember = place;
        }

        member.FirstRefusal = place;
        Enqueue(place, tick);
        member.FilterCount++;
        Count++;
    }

    /// <param name="deferred">When <see cref="RefusalVerdict.Defers"/>: the smaller, the longer ago it was refused.</param>
    public RefusalVerdict Ask(RoleMember member, AgentSlot agent, ResourceBag offered, out long deferred)
    {
        deferred = 0;
        if (member.FirstRefusal < 0)
        {
            return RefusalVerdict.Passes;
        }

        var verdict = RefusalVerdict.Passes;
        for (var place = agent.Refusals.Find(member.Index); place >= 0;)
        {
            ref var refusal = ref _refusals[place];
            place = refusal.NextOfPair;
            if (refusal.Refused.Contains(offered))
            {
                if (!refusal.IsRemembered)
                {
                    agent.Refusals.Note(member.Index, refusal.Refused);
                    return RefusalVerdict.Stops;
                }

                verdict = RefusalVerdict.Defers;
                deferred = Math.Max(deferred, refusal.ForgottenAt);
            }
        }

        return verdict;
    }

    /// <summary>What a member refused of an agent, until when, and whether that holds or is only remembered.</summary>
    public IEnumerable<(ResourceBag Refused, TimeSpan Until, bool Holds)> Of(RoleMember member, AgentSlot agent)
    {
        for (var place = agent.Refusals.Find(member.Index); place >= 0; place = _refusals[place].NextOfPair)
        {
            var refusal = _refusals[place];
            yield return (refusal.Refused, new TimeSpan(Math.Max(0, refusal.Tick) * TicksPerStep), !refusal.IsRemembered);
        }
    }

    public void RemoveAll(RoleMember member)
    {
        while (member.FirstRefusal >= 0)
        {
            Remove(member.FirstRefusal);
        }
    }

    public void RemoveAll(AgentSlot agent)
    {
        foreach (var newest in agent.Refusals.Places())
        {
            for (var place = newest; place >= 0;)
            {
                var next = _refusals[place].NextOfPair;
                Remove(place);
                place = next;
            }
        }
    }

    /// <summary>The next refusal whose time is up, ended. One that no run has seen yet is put off until after the next.</summary>
    public bool TakeExpired(TimeSpan now, [MaybeNullWhen(false)] out RoleMember member, [MaybeNullWhen(false)] out AgentSlot agent)
    {
        while (_ticks.Count > 0 && _ticks.Min is var tick && tick * TicksPerStep <= now.Ticks)
        {
            var place = _first[tick];
            ref var refusal = ref _refusals[place];
            if (refusal.IsRemembered)
            {
                Remove(place);
            }
            else if (refusal.Run == Runs)
            {
                Dequeue(place);
                Enqueue(place, Overdue);
            }
            else
            {
                (member, agent) = (refusal.Member, refusal.Agent);
                End(place, now);
                return true;
            }
        }

        (member, agent) = (null, null);
        return false;
    }

    /// <summary>The next refusal that was put off, ended. For the end of a run.</summary>
    public bool TakeOverdue(TimeSpan now, [MaybeNullWhen(false)] out RoleMember member, [MaybeNullWhen(false)] out AgentSlot agent)
    {
        if (_first.TryGetValue(Overdue, out var place))
        {
            (member, agent) = (_refusals[place].Member, _refusals[place].Agent);
            End(place, now);
            return true;
        }

        (member, agent) = (null, null);
        return false;
    }

    /// <summary>Agents of refusals that were given up, to be looked at again; empty before their time.</summary>
    public List<AgentSlot> TakeGivenUp(TimeSpan now)
    {
        if (_givenUpDue is null || _givenUpDue > now)
        {
            return [];
        }

        _givenUpDue = null;
        var agents = new List<AgentSlot>(_givenUp);
        _givenUp.Clear();
        return agents;
    }

    private static long Tick(TimeSpan time) => (time.Ticks + TicksPerStep - 1) / TicksPerStep;

    /// <summary>Drops refusals of the pair that the new one says as well, and for longer; and one too many.</summary>
    private void Supersede(RoleMember member, AgentSlot agent, ResourceBag refused, long tick)
    {
        var (least, count) = (-1, 0);
        for (var place = agent.Refusals.Find(member.Index); place >= 0;)
        {
            ref var refusal = ref _refusals[place];
            var next = refusal.NextOfPair;
            if ((refusal.Tick <= tick || refusal.IsRemembered) && refused.Contains(refusal.Refused))
            {
                Remove(place);
            }
            else
            {
                count++;
                least = least < 0 || IsWorthLess(refusal, _refusals[least]) ? place : least;
            }

            place = next;
        }

        if (count == MaxPerAgent)
        {
            Remove(least);
        }
    }

    /// <summary>What holds was promised to the framework; what is only remembered was not.</summary>
    private static bool IsWorthLess(in Refusal left, in Refusal right) =>
        left.IsRemembered == right.IsRemembered ? left.Tick < right.Tick : left.IsRemembered;

    /// <summary>From now on it is only remembered, if it was so short that it should be.</summary>
    private void End(int place, TimeSpan now)
    {
        ref var refusal = ref _refusals[place];
        if (refusal.ForgottenAt * TicksPerStep <= now.Ticks)
        {
            Remove(place);
            return;
        }

        Dequeue(place);
        refusal.Agent.Refusals.Uncover(refusal.Member.Index);
        refusal.Run = -1;
        Enqueue(place, refusal.ForgottenAt);
        refusal.Member.FilterCount--;
        Count--;
    }

    private void GiveUpFirst(TimeSpan now)
    {
        if (_ticks.Count > 0)
        {
            var place = _first[_ticks.Min];
            var agent = _refusals[place].Agent;
            if (!_refusals[place].IsRemembered)
            {
                _givenUp.Add(agent);
                _givenUpDue ??= now + GivenUpPause;
            }

            Remove(place);
        }
    }

    private void Remove(int place)
    {
        ref var refusal = ref _refusals[place];
        Unchain(place, refusal.Member, refusal.Agent);
        if (refusal.EarlierOfMember >= 0)
        {
            _refusals[refusal.EarlierOfMember].LaterOfMember = refusal.LaterOfMember;
        }
        else
        {
            refusal.Member.FirstRefusal = refusal.LaterOfMember;
        }

        if (refusal.LaterOfMember >= 0)
        {
            _refusals[refusal.LaterOfMember].EarlierOfMember = refusal.EarlierOfMember;
        }

        if (!refusal.IsRemembered)
        {
            refusal.Member.FilterCount--;
            Count--;
        }

        Dequeue(place);
        _refusals.Return(place);
    }

    private void Unchain(int place, RoleMember member, AgentSlot agent)
    {
        agent.Refusals.Uncover(member.Index);
        var newest = agent.Refusals.Find(member.Index);
        if (newest != place)
        {
            while (_refusals[newest].NextOfPair != place)
            {
                newest = _refusals[newest].NextOfPair;
            }

            _refusals[newest].NextOfPair = _refusals[place].NextOfPair;
        }
        else if (_refusals[place].NextOfPair >= 0)
        {
            agent.Refusals.Set(member.Index, _refusals[place].NextOfPair);
        }
        else
        {
            agent.Refusals.Remove(member.Index);
        }
    }

    private void Enqueue(int place, long tick)
    {
        ref var refusal = ref _refusals[place];
        refusal.Tick = tick;
        refusal.Earlier = -1;
        refusal.Later = _first.GetValueOrDefault(tick, -1);
        if (refusal.Later >= 0)
        {
            _refusals[refusal.Later].Earlier = place;
        }
        else if (tick != Overdue)
        {
            _ticks.Add(tick);
        }

        _first[tick] = place;
    }

    private void Dequeue(int place)
    {
        ref var refusal = ref _refusals[place];
        if (refusal.Later >= 0)
        {
            _refusals[refusal.Later].Earlier = refusal.Earlier;
        }

        if (refusal.Earlier >= 0)
        {
            _refusals[refusal.Earlier].Later = refusal.Later;
        }
        else if (refusal.Later >= 0)
        {
            _first[refusal.Tick] = refusal.Later;
        }
        else
        {
            _first.Remove(refusal.Tick);
            _ticks.Remove(refusal.Tick);
        }
    }
}
