using Mesos.V1;
using Offerbook.Master.Draining;
using Offerbook.Master.Maintenance;
using Offerbook.Master.Operations;
using Offerbook.Master.Registry;
using Offerbook.Resources;
using Offerbook.Wire.Identity;
using Offerbook.Wire.Registry;
using Report = Offerbook.Wire.AgentProtocol.Call.Types.Subscribe;
using Type = Offerbook.Wire.AgentProtocol.Event.Types.Type;

namespace Offerbook.Master.Agents;

/// <summary>How agents come: new ones, ones that lost their stream or were unreachable, and ones that an earlier master knew.</summary>
internal sealed class AgentRegistration(
    ClusterState cluster, AgentLoss loss, AgentReconciliation reconciliation, Unavailabilities unavailabilities, DrainProgress progress,
    OperationReports operations)
{
    public void Subscribe(in Turn turn, ConnectionId connection, AgentCall call, string ip)
    {
        var streamId = cluster.Random.NextGuid().ToString();
        turn.OpenStream(connection, streamId);
        var info = call.Subscribe.AgentInfo.Clone();
        var named = call.AgentId ?? info.Id;
        var total = AgentTotals.Of(info, call.Subscribe.CheckpointedResources, call.Subscribe.OversubscribedResources).Bag;
        var id = string.IsNullOrEmpty(named?.Value) ? Identify(turn, info, ip, total) : AgentId.From(named);
        info.Id = id.ToProto();
        if (Refuse(id, info, ip) is { } refusal)
        {
            turn.Send(connection, AgentEvents.Shutdown(refusal, cluster.RegistryId, cluster.Epoch));
            turn.CloseStream(connection);
            return;
        }
        cluster.Counters.Increment(named is null ? "messages_register_slave" : "messages_reregister_slave");
        var wasUnreachable = cluster.Registry.UnreachableAgents.Contains(id);
        if (cluster.Agents.TryGet(id, out var agent))
        {
            Renew(turn, agent, info, total, ip, call.Subscribe.Capabilities);
        }
        else
        {
            agent = Admit(turn, id, info, total, ip, call.Subscribe);
        }
        agent.Stream = connection;
        agent.StreamId = streamId;
        loss.HeardOf(agent);
        agent.Version = call.Subscribe.Version;
        agent.ResourceVersion = call.Subscribe.ResourceVersion;
        cluster.Streams[connection] = new StreamOwner(null, id);
        var completed = reconciliation.Learn(turn, agent, call.Subscribe, wasUnreachable);
        operations.Learn(agent, call.Subscribe);
        unavailabilities.Refresh(turn, agent);
        agent.Deactivation = cluster.Registry.Operators.Deactivated.GetValueOrDefault(id);
        agent.Degraded = AgentConditions.Of(call.Subscribe.Condition);
        if (agent.Active)
        {
            cluster.Allocator.ActivateAgent(id);
        }
        agent.Send(turn, Subscribed(agent, completed));
        reconciliation.Settle(turn, agent, call.Subscribe);
        operations.Settle(turn, agent, call.Subscribe);
        if (agent.Deactivation?.DrainInfo is { State: DrainState.Draining } drain)
        {
            agent.Send(turn, AgentEvents.Drain(drain.Config));
            progress.Watch(agent);
        }
        loss.AwaitPong(turn, agent);
    }

    /// <returns>Why the agent cannot be taken under this id from this machine; null when it can.</returns>
    private string? Refuse(AgentId id, AgentInfo info, string ip)
    {
        if (cluster.Registry.GoneAgents.Contains(id))
        {
            return $"The agent {id} has been marked gone; come back as a new agent";
        }
        if (cluster.Registry.RemovedAgents.Contains(id))
        {
            return $"The agent {id} has left the cluster or was replaced; come back as a new agent";
        }
        var machine = MachineKey.Of(new MachineID { Hostname = info.Hostname, Ip = ip });
        return cluster.Registry.Operators.TryGet(machine, out var scheduled) && scheduled.Mode == MachineInfo.Types.Mode.Down
            ? "Machine is `DOWN`" : null;
    }

    /// <summary>
    /// An agent without an id at the address of a known one: either it never got the answer to its first SUBSCRIBE, or somebody
    /// cleared its work directory. With that went what was reserved and the volumes on it, for which frameworks wait under the old id.
    /// </summary>
    private AgentId Identify(in Turn turn, AgentInfo info, string ip, ResourceBag total)
    {
        var twin = cluster.Agents.FindByAddress(info.Hostname, $"slave(1)@{ip}:{info.Port}");
        if (twin is { Tasks.Count: 0, Executors.Count: 0 } && twin.Total.Checkpointed() == total.Checkpointed())
        {
            return twin.Id;
        }
        if (twin is not null)
        {
            cluster.Counters.Increment("slave_removals/reason_registered");
            loss.Remove(turn, twin, "a new agent registered at the same address");
        }
        return cluster.Agents.NextId(cluster.MasterId);
    }

    private Agent Admit(in Turn turn, AgentId id, AgentInfo info, ResourceBag total, string ip, Report report)
    {
        var known = cluster.Registry.Agents.GetValueOrDefault(id);
        var recovered = cluster.Agents.Recovered.Remove(id);
        cluster.Counters.Increment(recovered || cluster.Registry.UnreachableAgents.Contains(id)
            ? "slave_reregistrations" : "slave_registrations");
        var isRecorded = known is not null && known.AgentInfo.Equals(info);
        var agent = new Agent(id)
        {
            // One copy is enough.
            Info = isRecorded ? known!.AgentInfo : info,
            Version = report.Version,
            Capabilities = report.Capabilities,
            Ip = ip,
            Total = total,
            RegisteredTime = known is null ? turn.Now.Wall : Times.FromNanoseconds(known.RegisteredTime),
            ReregisteredTime = known is null ? null : turn.Now.Wall,
            Deactivation = cluster.Registry.Operators.Deactivated.GetValueOrDefault(id),
        };
        if (!isRecorded)
        {
            Record(turn, agent);
        }
        cluster.Agents.Add(agent);
        cluster.Allocator.AddAgent(id, AllocatorAgents.Describe(agent, cluster.Settings.Domain), total, agent.Used);
        cluster.Allocator.DeactivateAgent(id);
        cluster.OperatorStreams.AgentAdded(agent);
        if (recovered)
        {
            loss.Returned(turn, id);
        }
        return agent;
    }

    /// <summary>The agent has opened a new stream. What was sent on the old one and not yet heard is void, offers with it.</summary>
    private void Renew(in Turn turn, Agent agent, AgentInfo info, ResourceBag total, string ip,
        IReadOnlyList<AgentInfo.Types.Capability> capabilities)
    {
        cluster.Counters.Increment("slave_reregistrations");
        if (agent.Stream is { } old)
        {
            turn.CloseStream(old);
            loss.Disconnect(turn, agent);
        }
        Actors.Invariant.Check(agent.Offers.Count == 0, "an agent that is away has no offers out");
        agent.ReregisteredTime = turn.Now.Wall;
        agent.Capabilities = capabilities;
        var attributesChanged = !agent.Info.Attributes.Equals(info.Attributes);
        var changed = !agent.Info.Equals(info);
        cluster.Agents.Update(agent, info, ip);
        cluster.Allocator.UpdateAgent(agent.Id, AllocatorAgents.Describe(agent, cluster.Settings.Domain), attributesChanged);
        if (agent.Total != total)
        {
            agent.Total = total;
            cluster.Allocator.UpdateAgentTotal(agent.Id, total);
        }
        if (changed)
        {
            Record(turn, agent);
        }
    }

    private void Record(in Turn turn, Agent agent) => cluster.Registry.Record(turn, new AgentAdmitted
    {
        AgentInfo = agent.Info,
        RegisteredTime = Times.ToNanoseconds(agent.RegisteredTime),
    });

    private AgentEvent Subscribed(Agent agent, IEnumerable<FrameworkID> completed)
    {
        var @event = new AgentEvent
        {
            Type = Type.Subscribed,
            Subscribed = new()
            {
                AgentId = agent.Id.ToProto(),
                MasterInfo = cluster.Master,
                PingIntervalSeconds = cluster.Settings.AgentPingInterval.TotalSeconds,
                PingTimeoutSeconds = cluster.Settings.AgentTimeout.TotalSeconds,
                RegistryId = cluster.RegistryId,
                Epoch = (ulong)cluster.Epoch,
                FormatLevel = (uint)cluster.Registry.Format.Level,
            },
        };
        @event.Subscribed.CompletedFrameworkIds.Add(completed);
        return @event;
    }
}
