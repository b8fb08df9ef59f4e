using Mesos.V1;
using Offerbook.Master.Agents;
using Offerbook.Master.Frameworks;
using Offerbook.Resources;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Operations;

/// <summary>
/// The operations that are on agents, in step with their agents and frameworks. An operation is entered when the master has
/// decided it: the agent's total is changed at once, ahead of the agent, and the agent is told. It leaves when its end needs no
/// acknowledgement or got it, or when its agent or framework goes. All costs O(1) but for going agents and frameworks.
/// </summary>
internal sealed class OperationBook(ClusterState cluster)
{
    /// <summary>Enters an operation whose resources the allocator has converted, and sends it to its agent.</summary>
    /// <param name="framework">Null when an operator asked.</param>
    public void Start(in Turn turn, Framework? framework, Agent agent, Operation info, ResourceBag consumed, ResourceBag produced)
    {
        agent.Total = agent.Total - consumed.Unallocate() + produced.Unallocate();
        var status = new OperationStatus { State = OperationState.OperationPending, OperationId = info.Id, AgentId = agent.Id.ToProto() };
        var operation = new LiveOperation(cluster.Random.NextGuid(), framework?.Id, agent.Id, info, status);
        Add(operation);
        cluster.OperationTally.Came(info.Type, status.State);
        agent.Send(turn, OperationEvents.Apply(operation, agent.ResourceVersion));
    }

    public void Add(LiveOperation operation)
    {
        cluster.Agents.Find(operation.Agent)!.Operations.Set(operation.Uuid, operation);
        if (operation.Id is { } id && FrameworkOf(operation) is { } framework)
        {
            framework.Operations.Set(id, operation);
        }
    }

    public void Remove(LiveOperation operation)
    {
        if (cluster.Agents.Find(operation.Agent) is { } agent)
        {
            agent.Operations.Remove(operation.Uuid);
            if (agent.Deactivation is not null)
            {
                cluster.DrainsToReview.Add(agent.Id);
            }
        }
        if (operation.Id is { } id && FrameworkOf(operation) is { } framework && framework.Operations.Find(id) == operation)
        {
            framework.Operations.Remove(id);
        }
    }

    public void Advance(LiveOperation operation, OperationStatus status)
    {
        cluster.OperationTally.Moved(operation.Info.Type, operation.Latest.State, status.State);
        operation.Advance(status);
        cluster.Agents.Find(operation.Agent)!.Touch();
    }

    public Framework? FrameworkOf(LiveOperation operation) => operation.Framework is { } id ? cluster.Frameworks.Find(id) : null;

    /// <summary>The agent is gone from the cluster's sight: nobody will hear the end of its operations from it.</summary>
    /// <param name="state">UNREACHABLE or GONE_BY_OPERATOR.</param>
    public void Lose(in Turn turn, Agent agent, OperationState state, string message)
    {
        if (agent.OperationCount == 0)
        {
            return;
        }
        foreach (var operation in agent.Operations.ToList())
        {
            cluster.OperationTally.Moved(operation.Info.Type, operation.Latest.State, state);
            if (operation.Id is not null)
            {
                FrameworkOf(operation)?.Send(turn, SchedulerEvents.OperationUpdate(new OperationStatus
                {
                    OperationId = operation.Info.Id, State = state, Message = message, AgentId = agent.Id.ToProto(),
                }));
            }
            Remove(operation);
        }
    }

    /// <summary>Nobody is left to acknowledge the framework's operations: their agents may forget them.</summary>
    public void Forget(in Turn turn, Framework framework)
    {
        foreach (var operation in framework.Operations.ToList())
        {
            Release(turn, operation);
            Remove(operation);
        }
    }

    /// <summary>Acknowledges in the framework's stead.</summary>
    public void Release(in Turn turn, LiveOperation operation)
    {
        if (operation is { IsTerminal: true, Latest.Uuid: { } uuid })
        {
            cluster.Agents.Find(operation.Agent)?.Send(turn, OperationEvents.Acknowledge(operation.Uuid, uuid.Value));
        }
    }
}
