using Mesos.V1;
using Offerbook.Actors;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Allocation;

/// <summary>
/// The agents that are going to be unavailable, and who was asked to leave them. A framework is asked once and then not again
/// before it answered; after its answer it is asked again when its refusal runs out, for as long as it has anything there.
/// Only agents to which something happened are looked at: one that lies idle costs nothing.
/// </summary>
internal sealed class MaintenanceBook
{
    private readonly SortedDictionary<int, AgentMaintenance> _byAgent = [];
    private readonly List<AgentMaintenance> _changed = [];
    private readonly List<AgentInverseOffer> _made = [];
    private readonly PriorityQueue<(AgentMaintenance Agent, FrameworkId Framework), (TimeSpan Until, long Sequence)> _refusals = new();
    private long _sequence;

    public bool HasWork => _changed.Count > 0;

    public TimeSpan? NextExpiry => _refusals.TryPeek(out _, out var priority) ? priority.Until : null;

    /// <summary>The inverse offers of the last run.</summary>
    public IReadOnlyList<AgentInverseOffer> Made => _made;

    /// <summary>Forgets what was asked and answered: it was about another time.</summary>
    public void Set(AgentSlot agent, Unavailability? unavailability)
    {
        Remove(agent);
        if (unavailability is not null)
        {
            agent.Maintenance = new AgentMaintenance(agent, unavailability, this);
            _byAgent.Add(agent.Handle, agent.Maintenance);
            agent.Maintenance.Changed();
        }
    }

    public void Remove(AgentSlot agent)
    {
        if (agent.Maintenance is { } maintenance)
        {
            maintenance.IsOver = true;
            agent.Maintenance = null;
            _byAgent.Remove(agent.Handle);
        }
    }

    public void Enqueue(AgentMaintenance agent) => _changed.Add(agent);

    public void Answer(AgentMaintenance agent, FrameworkId framework, bool accepted, TimeSpan refusedUntil, DateTimeOffset at)
    {
        agent.Outstanding.Remove(framework);
        agent.Answers[framework] = new InverseOfferAnswer(framework, accepted, at);
        agent.Refusals[framework] = refusedUntil;
        _refusals.Enqueue((agent, framework), (refusedUntil, _sequence++));
    }

    /// <summary>The framework came back, or wants to be asked again.</summary>
    public void Revive(FrameworkId framework)
    {
        foreach (var agent in _byAgent.Values)
        {
            agent.Refusals.Remove(framework);
            agent.Changed();
        }
    }

    /// <summary>The framework is not there to answer.</summary>
    public void Forget(FrameworkId framework, bool answersToo)
    {
        foreach (var agent in _byAgent.Values)
        {
            agent.Outstanding.Remove(framework);
            agent.Refusals.Remove(framework);
            if (answersToo)
            {
                agent.Answers.Remove(framework);
            }
        }
    }

    public void Expire(TimeSpan now)
    {
        while (_refusals.TryPeek(out var refusal, out var priority) && priority.Until <= now)
        {
            _refusals.Dequeue();
            var (agent, framework) = refusal;
            if (!agent.IsOver && agent.Refusals.TryGetValue(framework, out var until) && until == priority.Until)
            {
                agent.Refusals.Remove(framework);
                agent.Changed();
            }
        }
    }

    public void Run()
    {
        _made.Clear();
        foreach (var agent in _changed)
        {
            agent.IsChanged = false;
            if (!agent.IsOver && agent.Agent.IsActive)
            {
                Ask(agent);
            }
        }

        _changed.Clear();
    }

    private void Ask(AgentMaintenance agent)
    {
        foreach (ref readonly var holding in agent.Agent.Holdings)
        {
            var framework = holding.Member.Framework;
            if (framework.IsActive && !agent.Refusals.ContainsKey(framework.Id) && agent.Outstanding.Add(framework.Id))
            {
                _made.Add(new AgentInverseOffer(framework.Id, agent.Agent.Id, agent.Unavailability));
            }
        }
    }
}

/// <summary>One agent that is going to be unavailable. Bounded by the frameworks that have something on it.</summary>
internal sealed class AgentMaintenance(AgentSlot agent, Unavailability unavailability, MaintenanceBook book)
{
    public AgentSlot Agent { get; } = agent;

    public Unavailability Unavailability { get; } = unavailability;

    /// <summary>Asked, and not answered yet.</summary>
    public SortedSet<FrameworkId> Outstanding { get; } = [];

    public SortedDictionary<FrameworkId, InverseOfferAnswer> Answers { get; } = [];

    /// <summary>Not to be asked before then, as <see cref="Now.Elapsed"/>.</summary>
    public SortedDictionary<FrameworkId, TimeSpan> Refusals { get; } = [];

    public bool IsChanged { get; set; }

    /// <summary>The schedule says something else by now, or the agent is gone.</summary>
    public bool IsOver { get; set; }

    /// <summary>Somebody came, or is to be asked again.</summary>
    public void Changed()
    {
        if (!IsChanged)
        {
            IsChanged = true;
            book.Enqueue(this);
        }
    }
}
