namespace Offerbook.Master.Agents;

/// <summary>
/// Two safety valves for the time after a start of the master. Allocation waits, if there are quotas, until most agents are back:
/// quotas cannot be kept while nobody knows what their roles hold. And agents that stay away are not given up when they are too
/// many: then it is more likely that the network is broken than that they are all dead.
/// <para>Where the original ends its process in that case, this master goes on serving everything else, gives up nobody, and
/// says so loudly (log, metric, GET_HEALTH); it resumes as soon as enough agents are back or were marked gone.</para>
/// </summary>
internal sealed class RecoveryGuard(MasterSettings settings)
{
    private int _expected;

    /// <summary>Nothing is allocated.</summary>
    public bool AllocationHeld { get; private set; }

    /// <summary>More agents are missing than may be given up.</summary>
    public bool RemovalsHeld { get; private set; }

    public void Begin(in Turn turn, ClusterState cluster)
    {
        _expected = cluster.Agents.Recovered.Count;
        if (_expected > 0 && cluster.Registry.Operators.Quotas.Count > 0)
        {
            AllocationHeld = true;
            turn.StartTimer(AllocatorRecoveryTimer.Only, settings.AllocatorRecoveryTimeout, new MasterMessage.AllocatorRecoveryEnded());
        }
    }

    public void AllocatorTimedOut() => AllocationHeld = false;

    /// <summary>
    /// Rounded up, where the original rounds down: of three agents it would wait for two, and give away what the third's tasks have used of
    /// a quota.
    /// </summary>
    private int Awaited() => (int)Math.Ceiling(_expected * settings.AllocatorAgentRecoveryFactor - 1e-9);

    /// <summary>Fewer are awaited than before.</summary>
    public void Review(in Turn turn, ClusterState cluster, AgentLoss loss)
    {
        var missing = cluster.Agents.Recovered.Count;
        if (AllocationHeld && _expected - missing >= Awaited())
        {
            AllocationHeld = false;
            turn.CancelTimer(AllocatorRecoveryTimer.Only);
        }
        if (RemovalsHeld && !IsTooMany(missing))
        {
            RemovalsHeld = false;
            turn.Warn($"{missing} of {_expected} agents are still missing, which the limit allows: they are marked unreachable now.");
            loss.EndRecovery(turn);
        }
    }

    /// <summary>The time for agents to return is over.</summary>
    /// <returns>Whether the missing ones may be given up.</returns>
    public bool MayRemove(in Turn turn, ClusterState cluster)
    {
        var missing = cluster.Agents.Recovered.Count;
        if (!IsTooMany(missing))
        {
            return true;
        }
        RemovalsHeld = true;
        cluster.Counters.Increment("recovery_slave_removals_held");
        turn.Warn($"{missing} of {_expected} agents have not returned within {settings.AgentReregisterTimeout}: more than the share of "
            + $"{settings.RecoveryAgentRemovalLimit:P0} that --recovery_agent_removal_limit allows to give up. None is marked unreachable, "
            + "and nothing is said about their tasks, until enough are back. Look at the network between master and agents; mark agents "
            + "that are really dead with MARK_AGENT_GONE, or start the master with a higher limit.");
        return false;
    }

    private bool IsTooMany(int missing) => missing > 0 && (double)missing / _expected > settings.RecoveryAgentRemovalLimit;
}
