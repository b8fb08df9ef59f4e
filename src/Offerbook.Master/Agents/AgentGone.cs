using Mesos.V1;
using Offerbook.Master.Calls;
using Offerbook.Master.Frameworks;
using Offerbook.Master.Offers;
using Offerbook.Master.Tasks;
using Offerbook.Wire.Identity;
using Offerbook.Wire.Registry;
using CallType = Mesos.V1.Master.Call.Types.Type;

namespace Offerbook.Master.Agents;

/// <summary>
/// MARK_AGENT_GONE: an operator knows that the agent will not be back. Its tasks are over for good, those out of reach included;
/// should it come all the same, it is told to kill everything and to return as a new agent. So it is with one whose place another has
/// taken: its tasks are over already, and frameworks that ask for what they had there learn that they need not wait for it.
/// </summary>
internal sealed class AgentGone(ClusterState cluster, OfferBook offers, TaskBook tasks, AgentLoss loss) : IOperatorArea
{
    private const string Message = "Agent has been marked gone";

    public IReadOnlyList<CallType> Types { get; } = [CallType.MarkAgentGone];

    public void Handle(in Turn turn, MasterMessage.OperatorCallReceived message)
    {
        var id = AgentId.From(message.Call.MarkAgentGone.AgentId);
        if (cluster.Registry.GoneAgents.Contains(id))
        {
            turn.Answer(message.Connection, 200);
        }
        else if (!cluster.Registry.Agents.ContainsKey(id) && !cluster.Registry.UnreachableAgents.Contains(id)
            && !cluster.Registry.RemovedAgents.Contains(id))
        {
            turn.Answer(message.Connection, 404, $"Agent '{id}' not found");
        }
        else
        {
            Mark(turn, id);
            turn.Answer(message.Connection, 200);
        }
    }

    /// <param name="id">Registered, awaited, unreachable or removed.</param>
    public void Mark(in Turn turn, AgentId id)
    {
        var wasUnreachable = cluster.Registry.UnreachableAgents.Contains(id);
        cluster.Registry.Record(turn, new AgentMarkedGone { AgentId = id.ToProto(), GoneTime = turn.Now.UnixNanoseconds });
        if (cluster.Agents.TryGet(id, out var agent))
        {
            cluster.Counters.Increment("slave_removals");
            agent.Send(turn, AgentEvents.Shutdown(Message));
            offers.RescindAll(turn, agent, OfferEnd.AgentLost);
            EndTasks(turn, agent);
            cluster.Operations.Lose(turn, agent, OperationState.OperationGoneByOperator, Message);
            loss.Forget(turn, agent);
        }
        else if (wasUnreachable)
        {
            EndUnreachable(turn, id);
        }
        else if (cluster.Agents.Recovered.Contains(id))
        {
            loss.ForgetAwaited(turn, id);
        }
    }

    private void EndTasks(in Turn turn, Agent agent)
    {
        foreach (var task in agent.Tasks.ToList())
        {
            var framework = cluster.Frameworks.Find(task.Framework)!;
            var (state, reason) = OutcomeFor(framework);
            if (tasks.End(turn, task, state, reason, Message) is { } status)
            {
                framework.Send(turn, SchedulerEvents.Update(status));
            }
            tasks.Complete(task);
        }
    }

    private void EndUnreachable(in Turn turn, AgentId id)
    {
        foreach (var framework in cluster.Frameworks)
        {
            foreach (var task in framework.UnreachableTasks.TakeOf(id))
            {
                var (state, reason) = OutcomeFor(framework);
                var status = MasterStatus.Make(turn, task.Id, id, state, reason, Message);
                var over = task.LostAs(status);
                framework.CompletedTasks.Add(over);
                if (task.State != over.State)
                {
                    cluster.Counters.CountTerminal(state);
                }
                cluster.Counters.CountReason(state, Source.Master, reason);
                cluster.OperatorStreams.TaskUpdated(task, status, state);
                if (!framework.Tasks.Contains(task.Id))
                {
                    framework.Send(turn, SchedulerEvents.Update(status));
                }
            }
        }
    }

    private static (TaskState State, Reason Reason) OutcomeFor(Framework framework) => framework.PartitionAware
        ? (TaskState.TaskGoneByOperator, Reason.AgentRemovedByOperator)
        : (TaskState.TaskLost, Reason.AgentRemoved);
}
