using Mesos.V1;
using Offerbook.Master.Frameworks;
using Offerbook.Master.Offers;
using Offerbook.Master.Tasks;
using Offerbook.Wire.Identity;
using Offerbook.Wire.Registry;

namespace Offerbook.Master.Agents;

/// <summary>
/// How agents go: their stream breaks, they stop answering pings, they leave for good, or they never return after a start of the master.
/// </summary>
internal sealed class AgentLoss(ClusterState cluster, OfferBook offers, TaskBook tasks)
{
    private readonly RemovalQueue _removals = new(cluster);

    /// <summary>Agents that are due to be marked unreachable and wait for their turn.</summary>
    public int RemovalsWaiting => _removals.Count;

    /// <summary>The agent and its tasks may well live on; it is given until its pings run out.</summary>
    public void Disconnect(in Turn turn, Agent agent)
    {
        cluster.Streams.Remove(agent.Stream!.Value);
        agent.Stream = null;
        agent.StreamId = null;
        offers.RescindAll(turn, agent, OfferEnd.AgentDisconnected);
        cluster.Allocator.DeactivateAgent(agent.Id);
    }

    public void PingDue(in Turn turn, AgentId id)
    {
        if (!cluster.Agents.TryGet(id, out var agent))
        {
            return;
        }
        if (agent.UnansweredPings >= cluster.Settings.MaxAgentPingTimeouts)
        {
            _removals.Schedule(turn, id);
            RemovePermitted(turn);
            if (!cluster.Agents.TryGet(id, out _))
            {
                return;
            }
        }
        else
        {
            agent.UnansweredPings++;
        }
        agent.Send(turn, AgentEvents.Ping);
        AwaitPong(turn, agent);
    }

    /// <summary>The agent has answered, or has subscribed again.</summary>
    public void HeardOf(Agent agent)
    {
        agent.UnansweredPings = 0;
        _removals.Cancel(agent.Id);
    }

    /// <summary>An agent that was awaited after a start of the master has returned.</summary>
    public void Returned(in Turn turn, AgentId agent)
    {
        _removals.Cancel(agent);
        cluster.Recovery.Review(turn, cluster, this);
    }

    public void RemovalTimerRanOut(in Turn turn)
    {
        _removals.TimerRanOut();
        RemovePermitted(turn);
    }

    private void RemovePermitted(in Turn turn)
    {
        while (_removals.TakePermitted(turn) is { } id)
        {
            if (cluster.Agents.TryGet(id, out var agent))
            {
                MarkUnreachable(turn, agent);
            }
            else if (cluster.Agents.Recovered.Contains(id))
            {
                cluster.Counters.Increment("recovery_slave_removals");
                RecordUnreachable(turn, id);
                ForgetAwaited(turn, id);
            }
        }
        _removals.Await(turn);
    }

    public void AwaitPong(in Turn turn, Agent agent) =>
        turn.StartTimer(new PingTimer(agent.Id), cluster.Settings.AgentPingInterval, new MasterMessage.AgentPingDue(agent.Id));

    /// <summary>
    /// Ends the wait for agents that the journal knows; whoever is still missing is unreachable, as fast as the rate limit allows.
    /// </summary>
    public void EndRecovery(in Turn turn)
    {
        if (!cluster.Recovery.MayRemove(turn, cluster))
        {
            return;
        }
        foreach (var id in cluster.Agents.Recovered.Keys)
        {
            _removals.Schedule(turn, id);
        }
        RemovePermitted(turn);
    }

    /// <summary>Nobody waits for this agent any more. Its tasks are not known here; frameworks learn that it is lost.</summary>
    public void ForgetAwaited(in Turn turn, AgentId id)
    {
        cluster.Agents.Recovered.Remove(id);
        _removals.Cancel(id);
        TellAll(turn, id);
        cluster.Recovery.Review(turn, cluster, this);
    }

    /// <summary>The agent does not come back under this id: its tasks are over.</summary>
    public void Remove(in Turn turn, Agent agent, string why)
    {
        cluster.Counters.Increment("slave_removals");
        cluster.Registry.Record(turn, new AgentRemoved { AgentId = agent.Id.ToProto(), RemovedTime = turn.Now.UnixNanoseconds });
        offers.RescindAll(turn, agent, OfferEnd.AgentLost);
        foreach (var task in agent.Tasks.ToList())
        {
            var framework = cluster.Frameworks.Find(task.Framework)!;
            var state = TaskStates.ForFramework(TaskState.TaskGone, framework.PartitionAware);
            if (tasks.End(turn, task, state, Reason.AgentRemoved, $"Agent {agent.Info.Hostname} has been removed: {why}") is { } status)
            {
                framework.Send(turn, SchedulerEvents.Update(status));
            }
            tasks.Complete(task);
        }
        cluster.Operations.Lose(turn, agent, OperationState.OperationGoneByOperator, "Agent has been removed: " + why);
        Forget(turn, agent);
    }

    private void MarkUnreachable(in Turn turn, Agent agent)
    {
        cluster.Counters.Increment("slave_removals");
        cluster.Counters.Increment("slave_removals/reason_unhealthy");
        var time = RecordUnreachable(turn, agent.Id);
        offers.RescindAll(turn, agent, OfferEnd.AgentLost);
        foreach (var task in agent.Tasks.ToList())
        {
            if (task.IsEndTold)
            {
                tasks.Complete(task);
            }
            else
            {
                LoseSight(turn, agent, task, time);
            }
        }
        cluster.Operations.Lose(turn, agent, OperationState.OperationUnreachable, "Agent was marked unreachable");
        Forget(turn, agent);
    }

    /// <summary>An end that the agent has not reported yet is out of reach with it: the framework learns it if the agent returns.</summary>
    private void LoseSight(in Turn turn, Agent agent, LiveTask task, long time)
    {
        var framework = cluster.Frameworks.Find(task.Framework)!;
        var state = TaskStates.ForFramework(TaskState.TaskUnreachable, framework.PartitionAware);
        var status = MasterStatus.Make(turn, task.Id, agent.Id, state, Reason.AgentRemoved,
            $"Agent {agent.Info.Hostname} is unreachable: health check timed out");
        status.UnreachableTime = new TimeInfo { Nanoseconds = time };
        cluster.Counters.CountReason(state, Source.Master, Reason.AgentRemoved);
        if (state == TaskState.TaskLost && !task.IsTerminal)
        {
            cluster.Counters.CountTerminal(state);
        }
        framework.Send(turn, SchedulerEvents.Update(status));
        cluster.OperatorStreams.TaskUpdated(task.Model, status, task.IsTerminal ? task.State : state);
        tasks.Remove(task);
        framework.UnreachableTasks.Add(task.Model.LostAs(status));
    }

    private long RecordUnreachable(in Turn turn, AgentId id)
    {
        var time = turn.Now.UnixNanoseconds;
        cluster.Registry.Record(turn, new AgentBecameUnreachable { AgentId = id.ToProto(), UnreachableTime = time });
        return time;
    }

    /// <summary>Takes the agent out of all tables and tells frameworks that it is lost. The registry knows already.</summary>
    public void Forget(in Turn turn, Agent agent)
    {
        _removals.Cancel(agent.Id);
        if (agent.Stream is { } stream)
        {
            cluster.Streams.Remove(stream);
            turn.CloseStream(stream);
        }
        turn.CancelTimer(new PingTimer(agent.Id));
        if (cluster.ScheduledAgents.Remove(agent.Id))
        {
            cluster.ScheduledAgentsVersion++;
        }
        cluster.Allocator.RemoveAgent(agent.Id);
        cluster.Agents.Remove(agent);
        cluster.OperatorStreams.AgentRemoved(agent.Id);
        TellAll(turn, agent.Id);
    }

    private void TellAll(in Turn turn, AgentId id)
    {
        var failure = SchedulerEvents.AgentFailure(id);
        foreach (var framework in cluster.Frameworks)
        {
            framework.Send(turn, failure);
        }
    }
}
