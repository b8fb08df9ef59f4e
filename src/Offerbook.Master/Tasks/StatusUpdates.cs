using Mesos.V1;
using Offerbook.Master.Agents;
using Offerbook.Master.Frameworks;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Tasks;

/// <summary>
/// Statuses on their way from an agent to a framework, and acknowledgements on their way back. The agent repeats an update until
/// it is acknowledged, so nothing is kept here for a framework that is away.
/// </summary>
internal sealed class StatusUpdates(ClusterState cluster, TaskBook tasks, Remains remains)
{
    public void Update(in Turn turn, Agent agent, Wire.AgentProtocol.Call.Types.Update update)
    {
        cluster.Counters.Increment("messages_status_update");
        var id = TaskId.From(update.Status.TaskId);
        if (!cluster.Frameworks.TryGet(FrameworkId.From(update.FrameworkId), out var framework))
        {
            cluster.Counters.Increment("invalid_status_updates");
            Bury(turn, agent, FrameworkId.From(update.FrameworkId), id, update);
            return;
        }
        var task = framework.Tasks.Find(id);
        if (task is not null && task.Agent != agent.Id)
        {
            RefuseCopy(turn, agent, framework, id, update);
            return;
        }
        cluster.Counters.Increment("valid_status_updates");
        var status = Complete(turn, agent, update.Status);
        if (task is not null)
        {
            if (!task.IsTerminal && TaskStates.IsTerminal(update.LatestState) && status.HasReason)
            {
                cluster.Counters.CountReason(update.LatestState, status.Source, status.Reason);
            }
            var before = task.Model;
            SharedParts.Adopt(task.Model.Spec, status);
            task.Note(status);
            tasks.Advance(turn, task, update.LatestState);
            cluster.OperatorStreams.TaskUpdated(before, status, task.State);
        }
        framework.Send(turn, SchedulerEvents.Update(status));
    }

    public void Acknowledge(in Turn turn, Framework framework, SchedulerCall.Types.Acknowledge acknowledge)
    {
        cluster.Counters.Increment("messages_status_update_acknowledgement");
        var id = TaskId.From(acknowledge.TaskId);
        var agent = cluster.Agents.Find(AgentId.From(acknowledge.AgentId));
        if (agent is not { Connected: true })
        {
            // The agent repeats the update when it is back.
            cluster.Counters.Increment("invalid_status_update_acknowledgements");
            return;
        }
        cluster.Counters.Increment("valid_status_update_acknowledgements");
        agent.Send(turn, AgentEvents.Acknowledge(framework.Id, id, acknowledge.Uuid));
        if (agent.Tasks.TryGet((framework.Id, id), out var task) && task.IsLastAcknowledgement(acknowledge.Uuid))
        {
            tasks.Complete(task);
        }
    }

    /// <summary>An update of a framework that is over. There is nobody to acknowledge that a task has ended, so the master does.</summary>
    private void Bury(in Turn turn, Agent agent, FrameworkId framework, TaskId id, Wire.AgentProtocol.Call.Types.Update update)
    {
        if (!TaskStates.IsTerminal(update.LatestState))
        {
            agent.Send(turn, AgentEvents.ShutdownFramework(framework));
            return;
        }
        remains.Gone(turn, agent, framework, Remains.NameOf(id));
        agent.Send(turn, AgentEvents.Acknowledge(framework, id, update.Status.Uuid));
    }

    /// <summary>
    /// The framework has launched the id anew elsewhere while this agent was away. The old copy must not run on and its end must
    /// not be taken for the end of the new one.
    /// </summary>
    private void RefuseCopy(in Turn turn, Agent agent, Framework framework, TaskId id, Wire.AgentProtocol.Call.Types.Update update)
    {
        cluster.Counters.Increment("invalid_status_updates");
        agent.Send(turn, AgentEvents.Acknowledge(framework.Id, id, update.Status.Uuid));
        if (!TaskStates.IsTerminal(update.LatestState))
        {
            agent.Send(turn, AgentEvents.Kill(framework.Id, id, policy: null));
        }
    }

    private static TaskStatus Complete(in Turn turn, Agent agent, TaskStatus status)
    {
        if (status.AgentId?.Value == agent.Id.Value && status.HasTimestamp)
        {
            return status;
        }
        var complete = status.Clone();
        complete.AgentId = agent.Id.ToProto();
        if (!complete.HasTimestamp)
        {
            complete.Timestamp = turn.Now.UnixSeconds;
        }
        return complete;
    }
}
