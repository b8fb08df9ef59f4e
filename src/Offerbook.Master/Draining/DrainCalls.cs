using Google.Protobuf.WellKnownTypes;
using Mesos.V1;
using Offerbook.Master.Agents;
using Offerbook.Master.Calls;
using Offerbook.Master.Maintenance;
using Offerbook.Master.Offers;
using Offerbook.Wire.Identity;
using Offerbook.Wire.Registry;
using AgentCapability = Mesos.V1.AgentInfo.Types.Capability.Types.Type;
using CallType = Mesos.V1.Master.Call.Types.Type;

namespace Offerbook.Master.Draining;

/// <summary>
/// DRAIN_AGENT, DEACTIVATE_AGENT, REACTIVATE_AGENT. They concern agents that are registered, awaited after a start of the master,
/// or unreachable, and outlast restarts of both sides. The texts are those that clients know.
/// </summary>
internal sealed class DrainCalls(ClusterState cluster, OfferBook offers, DrainProgress progress) : IOperatorArea
{
    public IReadOnlyList<CallType> Types { get; } = [CallType.DrainAgent, CallType.DeactivateAgent, CallType.ReactivateAgent];

    public void Handle(in Turn turn, MasterMessage.OperatorCallReceived message)
    {
        var call = message.Call;
        var (status, text) = call.Type switch
        {
            CallType.DrainAgent => Drain(turn, call.DrainAgent),
            CallType.DeactivateAgent => Deactivate(turn, AgentId.From(call.DeactivateAgent.AgentId)),
            _ => Reactivate(turn, AgentId.From(call.ReactivateAgent.AgentId)),
        };
        turn.Answer(message.Connection, status, text);
    }

    private (int Status, string Text) Drain(in Turn turn, OperatorCall.Types.DrainAgent call)
    {
        var id = AgentId.From(call.AgentId);
        var agent = cluster.Agents.Find(id);
        if ((Refuse(agent) ?? (IsKnown(id) ? null : "Unknown agent")) is { } refusal)
        {
            return (400, refusal);
        }
        var config = new DrainConfig { MarkGone = call.MarkGone };
        if (call.MaxGracePeriod is { } grace)
        {
            if (grace.Seconds < 0 || grace.Nanos < 0)
            {
                return (400, "'drain_agent.max_grace_period' must not be negative");
            }
            config.MaxGracePeriod = new DurationInfo { Nanoseconds = Nanoseconds(grace) };
        }
        cluster.Registry.Record(turn,
            new AgentDrainStarted { AgentId = call.AgentId, Config = config, StartedTime = turn.Now.UnixNanoseconds });
        if (agent is not null)
        {
            TakeOut(turn, agent);
            agent.Send(turn, AgentEvents.Drain(config));
            progress.Watch(agent);
        }
        return (200, "");
    }

    private (int Status, string Text) Deactivate(in Turn turn, AgentId id)
    {
        if (!IsKnown(id))
        {
            return (400, "Unknown agent");
        }
        if (!cluster.Registry.Operators.Deactivated.ContainsKey(id))
        {
            cluster.Registry.Record(turn, new AgentDeactivated { AgentId = id.ToProto() });
        }
        if (cluster.Agents.Find(id) is { } agent)
        {
            TakeOut(turn, agent);
        }
        return (200, "");
    }

    private (int Status, string Text) Reactivate(in Turn turn, AgentId id)
    {
        if (!cluster.Registry.Operators.Deactivated.ContainsKey(id))
        {
            return (400, "Agent is not deactivated");
        }
        if (cluster.Registry.Operators.IsDraining(id))
        {
            return (400, "Agent is still in the DRAINING state");
        }
        cluster.Registry.Record(turn, new AgentReactivated { AgentId = id.ToProto() });
        if (cluster.Agents.Find(id) is not { } agent)
        {
            // It is reactivated all the same, and clients know this answer.
            return (409, "Agent removed while processing the call");
        }
        agent.Deactivation = null;
        if (agent.Active)
        {
            cluster.Allocator.ActivateAgent(id);
        }
        return (200, "");
    }

    private void TakeOut(in Turn turn, Agent agent)
    {
        agent.Deactivation = cluster.Registry.Operators.Deactivated[agent.Id];
        cluster.Allocator.DeactivateAgent(agent.Id);
        offers.RescindAll(turn, agent, OfferEnd.AgentDeactivated);
    }

    /// <summary>What only a registered agent can be asked; the machine and the capabilities of others are not known.</summary>
    private string? Refuse(Agent? agent)
    {
        if (agent is null)
        {
            return null;
        }
        if (cluster.Registry.Operators.TryGet(Unavailabilities.MachineOf(agent), out _))
        {
            return $"Agent {agent.Id} is part of a maintenance schedule under Machine {agent.Info.Hostname} ({agent.Ip})";
        }
        return agent.Capabilities.Any(capability => capability.Type == AgentCapability.AgentDraining)
            ? null
            : $"Agent {agent.Id} is not capable of draining";
    }

    private bool IsKnown(AgentId id) => cluster.Registry.Agents.ContainsKey(id) || cluster.Registry.UnreachableAgents.Contains(id);

    /// <summary>Durations beyond 292 years become that.</summary>
    private static long Nanoseconds(Duration duration)
    {
        const long NanosecondsPerSecond = 1_000_000_000;
        return duration.Seconds > long.MaxValue / NanosecondsPerSecond - 1
            ? long.MaxValue
            : duration.Seconds * NanosecondsPerSecond + duration.Nanos;
    }
}
