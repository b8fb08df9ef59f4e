using Offerbook.Master.Agents;
using Offerbook.Master.Frameworks;
using Offerbook.Master.Operations;
using Offerbook.Master.Tasks;
using Offerbook.Wire.Identity;
using Type = Offerbook.Wire.AgentProtocol.Call.Types.Type;

namespace Offerbook.Master.Calls;

/// <summary>Takes the calls of agents: who may speak, then what is said.</summary>
internal sealed class AgentCalls(ClusterState cluster, AgentRegistration registration, AgentLoss loss, StatusUpdates updates,
    TaskBook tasks, Remains remains,
    OperationUpdates operations, ResourceUpdates resources, AgentConditions conditions)
{
    public void Handle(in Turn turn, MasterMessage.AgentCallReceived message)
    {
        var (connection, call, streamId, remote) = message;
        if (AgentCallValidator.Validate(call) is { } invalid)
        {
            turn.Answer(connection, 400, AgentCallValidator.Prefix + invalid);
            return;
        }
        if (call.Type == Type.Subscribe)
        {
            registration.Subscribe(turn, connection, call, remote);
            return;
        }
        if (cluster.Agents.Find(AgentId.From(call.AgentId)) is not { Connected: true } agent)
        {
            turn.Answer(connection, 403, "Agent is not subscribed");
            return;
        }
        if (agent.StreamId != streamId)
        {
            turn.Answer(connection, 403, $"The stream ID '{streamId}' is not that of the agent's newest subscription");
            return;
        }
        agent.ProvenReport = agent.Reports;
        turn.Answer(connection, call.Type == Type.Unknown ? 501 : 202, call.Type == Type.Unknown ? "501 Not Implemented." : "");
        switch (call.Type)
        {
            case Type.Pong:
                loss.HeardOf(agent);
                break;
            case Type.Update:
                updates.Update(turn, agent, call.Update);
                foreach (var update in call.FurtherUpdates)
                {
                    updates.Update(turn, agent, update);
                }
                break;
            case Type.Message:
                PassMessage(turn, agent, call.Message);
                break;
            case Type.ExecutorExited:
                NoteExit(turn, agent, call.ExecutorExited);
                break;
            case Type.UpdateOperationStatus:
                operations.Update(turn, agent, call.OperationUpdate);
                break;
            case Type.UpdateResources:
                resources.Update(turn, agent, call.ResourcesUpdate);
                break;
            case Type.UpdateCondition:
                conditions.Update(turn, agent, call.Condition);
                break;
            case Type.Leave:
                cluster.Counters.Increment("messages_unregister_slave");
                cluster.Counters.Increment("slave_removals/reason_unregistered");
                loss.Remove(turn, agent, "The agent has left");
                break;
        }
    }

    private void PassMessage(in Turn turn, Agent agent, Wire.AgentProtocol.Call.Types.Message message)
    {
        cluster.Counters.Increment("messages_executor_to_framework");
        var framework = cluster.Frameworks.Find(FrameworkId.From(message.FrameworkId));
        cluster.Counters.Increment(framework is { Connected: true }
            ? "valid_executor_to_framework_messages"
            : "invalid_executor_to_framework_messages");
        framework?.Send(turn, SchedulerEvents.Message(agent.Id, message.ExecutorId, message.Data));
    }

    private void NoteExit(in Turn turn, Agent agent, Wire.AgentProtocol.Call.Types.ExecutorExited exited)
    {
        cluster.Counters.Increment("messages_exited_executor");
        var framework = FrameworkId.From(exited.FrameworkId);
        if (agent.Executors.TryGet((framework, ExecutorId.From(exited.ExecutorId)), out var executor))
        {
            tasks.RemoveExecutor(turn, agent, executor);
            cluster.Frameworks.Find(framework)?.Send(turn, SchedulerEvents.ExecutorFailure(agent.Id, exited.ExecutorId, exited.Status));
        }
        remains.Gone(turn, agent, framework, Remains.NameOf(ExecutorId.From(exited.ExecutorId)));
    }
}
