using Offerbook.Wire.Identity;

namespace Offerbook.Master.Agents;

/// <summary>
/// Agents that are to be marked unreachable, in the order in which that became due. With a rate limit they wait for their turn, so
/// that a fault of the network does not take a cluster apart; one that speaks up meanwhile leaves the queue. At most as many as
/// there are agents.
/// </summary>
internal sealed class RemovalQueue(ClusterState cluster)
{
    private readonly OrderedMap<AgentId, AgentId> _waiting = new();
    private TimeSpan _nextPermit;
    private bool _timerRuns;

    public int Count => _waiting.Count;

    /// <summary>Queues the agent; <see cref="TakePermitted"/> gives it back when it may go, which without a limit is at once.</summary>
    public void Schedule(in Turn turn, AgentId agent)
    {
        if (!_waiting.Contains(agent))
        {
            cluster.Counters.Increment("slave_unreachable_scheduled");
            _waiting.Set(agent, agent);
            Await(turn);
        }
    }

    public bool Contains(AgentId agent) => _waiting.Contains(agent);

    /// <summary>The agent was heard of, or is gone otherwise.</summary>
    public void Cancel(AgentId agent)
    {
        if (_waiting.Remove(agent))
        {
            cluster.Counters.Increment("slave_unreachable_canceled");
        }
    }

    /// <returns>The next agent whose turn has come, out of the queue; null when none may go now.</returns>
    public AgentId? TakePermitted(in Turn turn)
    {
        if (_waiting.Count == 0 || turn.Now.Elapsed < _nextPermit)
        {
            return null;
        }
        if (cluster.Settings.AgentRemovalRateLimit is { } limit)
        {
            _nextPermit = turn.Now.Elapsed + limit.Per / limit.Count;
        }
        var agent = _waiting.First();
        _waiting.Remove(agent);
        cluster.Counters.Increment("slave_unreachable_completed");
        return agent;
    }

    /// <summary>The timer that <see cref="Await"/> set has run out.</summary>
    public void TimerRanOut() => _timerRuns = false;

    /// <summary>Sees to it that the core asks again when the next agent may go.</summary>
    public void Await(in Turn turn)
    {
        if (_waiting.Count > 0 && !_timerRuns)
        {
            _timerRuns = true;
            var wait = _nextPermit - turn.Now.Elapsed;
            turn.StartTimer(RemovalTimer.Only, wait > TimeSpan.Zero ? wait : TimeSpan.Zero, new MasterMessage.RemovalPermitted());
        }
    }
}
