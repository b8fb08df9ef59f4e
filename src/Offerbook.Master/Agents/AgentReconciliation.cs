using Mesos.V1;
using Offerbook.Master.Allocation;
using Offerbook.Master.Frameworks;
using Offerbook.Master.Tasks;
using Offerbook.Resources;
using Offerbook.Wire.Identity;
using AgentCapability = Mesos.V1.AgentInfo.Types.Capability.Types.Type;
using Report = Offerbook.Wire.AgentProtocol.Call.Types.Subscribe;
using Type = Offerbook.Wire.AgentProtocol.Event.Types.Type;

namespace Offerbook.Master.Agents;

/// <summary>
/// Brings what the master believes of an agent together with what the agent reports when it subscribes. What the agent runs is
/// true: unknown tasks are added, missing ones asked about, and asked about again as long as no framework has acknowledged the
/// answer: an agent forgets it when it dies. What frameworks decided is true: what belongs to a removed framework
/// is shut down, what was killed meanwhile is killed. Of a report that was on its way while the agent reported anew, or to another
/// master, nothing is left when the next one comes: agents forget only what was acknowledged, so frameworks know how that ended.
/// </summary>
internal sealed class AgentReconciliation(ClusterState cluster, TaskBook tasks, Departures departures, Remains remains)
{
    private const string Unknown = "Reconciliation: Task is unknown to the agent";

    /// <summary>Takes the report in.</summary>
    /// <returns>Frameworks of the report that are over.</returns>
    public IReadOnlyList<FrameworkID> Learn(in Turn turn, Agent agent, Report report, bool wasUnreachable)
    {
        agent.Reports++;
        var completed = new List<FrameworkID>();
        foreach (var info in report.Frameworks)
        {
            var id = FrameworkId.From(info.Id);
            if (cluster.Frameworks.IsCompleted(id))
            {
                completed.Add(info.Id);
            }
            else if (!cluster.Frameworks.TryGet(id, out _))
            {
                LearnFramework(turn, info);
            }
        }
        LearnExecutors(turn, agent, report);
        var listed = new HashSet<(FrameworkId, TaskId)>(report.Tasks.Count);
        foreach (var reported in report.Tasks)
        {
            if (cluster.Frameworks.TryGet(FrameworkId.From(reported.FrameworkId), out var framework))
            {
                listed.Add((framework.Id, TaskId.From(reported.TaskId)));
                LearnTask(turn, agent, framework, reported, wasUnreachable);
            }
        }
        DropMissing(turn, agent, listed, wasUnreachable);
        LearnRemains(turn, agent, report);
        return completed;
    }

    /// <summary>Tells the agent what it must do about the differences; comes after its SUBSCRIBED.</summary>
    public void Settle(in Turn turn, Agent agent, Report report)
    {
        var listed = new HashSet<(FrameworkId, TaskId)>(report.Tasks.Count);
        foreach (var task in report.Tasks)
        {
            listed.Add((FrameworkId.From(task.FrameworkId), TaskId.From(task.TaskId)));
        }
        foreach (var info in report.Frameworks)
        {
            if (cluster.Frameworks.TryGet(FrameworkId.From(info.Id), out var framework) && !framework.Info.Equals(info))
            {
                agent.Send(turn, AgentEvents.FrameworkUpdated(framework.Info));
            }
        }
        var missing = new AgentEvent { Type = Type.Reconcile, Reconcile = new() };
        foreach (var task in agent.Tasks)
        {
            if (!listed.Contains((task.Framework, task.Id)))
            {
                missing.Reconcile.Tasks.Add(new Wire.AgentProtocol.Event.Types.Reconcile.Types.Entry
                {
                    FrameworkId = task.Framework.ToProto(),
                    TaskId = task.Id.ToProto(),
                    PartitionAware = cluster.Frameworks.Find(task.Framework)!.PartitionAware,
                });
            }
            else if (agent.PendingKills.TryGet((task.Framework, task.Id), out var policy))
            {
                agent.Send(turn, AgentEvents.Kill(task.Framework, task.Id, policy));
            }
        }
        agent.PendingKills.Clear();
        SettleCopies(turn, agent, report);
        if (missing.Reconcile.Tasks.Count > 0)
        {
            agent.Send(turn, missing);
        }
    }

    /// <summary>What was launched anew elsewhere while this agent was away: the copy here must end.</summary>
    private void SettleCopies(in Turn turn, Agent agent, Report report)
    {
        foreach (var task in report.Tasks)
        {
            var (framework, id) = (FrameworkId.From(task.FrameworkId), TaskId.From(task.TaskId));
            if (cluster.Frameworks.Find(framework)?.Tasks.Find(id) is { } known && known.Agent != agent.Id)
            {
                agent.Send(turn, AgentEvents.Kill(framework, id, policy: null));
            }
        }
    }

    /// <summary>A framework that only its tasks remember. It is given as long to subscribe as one that the journal knows.</summary>
    private void LearnFramework(in Turn turn, FrameworkInfo info)
    {
        var framework = new Framework(FrameworkId.From(info.Id), info, cluster.Settings)
        {
            Recovered = true,
            RegisteredTime = turn.Now.Wall,
            ReregisteredTime = turn.Now.Wall,
        };
        cluster.Registry.RecordSubscribed(turn, framework);
        departures.AddAway(turn, framework, deadline: null);
    }

    /// <summary>
    /// An agent names every framework of which something lives on it; what it runs for those that are over holds its resources.
    /// </summary>
    private void LearnRemains(in Turn turn, Agent agent, Report report)
    {
        var named = report.Frameworks.Select(info => FrameworkId.From(info.Id)).ToHashSet();
        foreach (var framework in agent.Remains.Select(remainder => remainder.Framework).Distinct()
            .Where(framework => !named.Contains(framework)).ToList())
        {
            remains.GoneWhole(turn, agent, framework);
        }
        foreach (var task in report.Tasks)
        {
            var framework = FrameworkId.From(task.FrameworkId);
            if (cluster.Frameworks.IsCompleted(framework) && !TaskStates.IsTerminal(task.State))
            {
                remains.Learn(turn, agent, framework, Remains.NameOf(TaskId.From(task.TaskId)), ResourceReader.Read(task.Resources).Bag);
            }
        }
        foreach (var executor in report.Executors)
        {
            var framework = FrameworkId.From(executor.FrameworkId);
            if (cluster.Frameworks.IsCompleted(framework))
            {
                remains.Learn(turn, agent, framework, Remains.NameOf(ExecutorId.From(executor.ExecutorInfo.ExecutorId)),
                    ResourceReader.Read(executor.ExecutorInfo.Resources).Bag);
            }
        }
    }

    private void LearnExecutors(in Turn turn, Agent agent, Report report)
    {
        var listed = report.Executors.Select(executor =>
            (FrameworkId.From(executor.FrameworkId), ExecutorId.From(executor.ExecutorInfo.ExecutorId))).ToHashSet();
        foreach (var gone in agent.Executors
            .Where(known => !listed.Contains((known.Framework, ExecutorId.From(known.Info.ExecutorId)))).ToList())
        {
            tasks.RemoveExecutor(turn, agent, gone);
        }
        foreach (var executor in report.Executors)
        {
            var key = (FrameworkId.From(executor.FrameworkId), ExecutorId.From(executor.ExecutorInfo.ExecutorId));
            if (cluster.Frameworks.TryGet(key.Item1, out var framework) && !agent.Executors.Contains(key))
            {
                tasks.LearnExecutor(framework, agent, executor.ExecutorInfo, Allocated(framework, executor.ExecutorInfo.Resources));
            }
        }
    }

    private void LearnTask(in Turn turn, Agent agent, Framework framework, MesosTask reported, bool wasUnreachable)
    {
        var id = TaskId.From(reported.TaskId);
        if (agent.Tasks.TryGet((framework.Id, id), out var known))
        {
            known.Await(reported);
            tasks.Advance(turn, known, reported.State);
            return;
        }
        if (framework.Tasks.Contains(id))
        {
            return;
        }
        var task = tasks.Learn(framework, agent, reported, Allocated(framework, reported.Resources));
        if (wasUnreachable && framework.PartitionAware)
        {
            // Not the latest state: the agent still holds updates that lead up to it, and they must not seem to go back.
            framework.Send(turn, SchedulerEvents.Update(MasterStatus.Make(turn, id, agent.Id, task.Model.ForwardedState ?? task.State,
                Reason.AgentReregistered, "Unreachable agent reregistered")));
        }
    }

    /// <summary>Resources as they were launched with; should an agent have lost the role, the framework's first one stands in.</summary>
    private static ResourceBag Allocated(Framework framework, IEnumerable<Resource> resources)
    {
        var bag = ResourceReader.Read(resources).Bag;
        return bag.IsEmpty || bag.AllocationRole() is not null
            ? bag
            : bag.Unallocate().Allocate(framework.Roles.Count > 0 ? framework.Roles[0] : RoleName.Default);
    }

    private void DropMissing(in Turn turn, Agent agent, HashSet<(FrameworkId, TaskId)> listed, bool wasUnreachable)
    {
        foreach (var task in agent.Tasks.Where(task => (IsHearsay(agent, task) || task is { IsTerminal: true, EndsByAnswer: false })
            && !listed.Contains((task.Framework, task.Id))).ToList())
        {
            var framework = cluster.Frameworks.Find(task.Framework)!;
            var state = TaskStates.ForFramework(TaskState.TaskGone, framework.PartitionAware);
            if (tasks.End(turn, task, state, Reason.Reconciliation, Unknown) is { } status && !IsHearsay(agent, task))
            {
                framework.Send(turn, SchedulerEvents.Update(status));
            }
            tasks.Complete(task);
        }
        if (!wasUnreachable)
        {
            return;
        }
        foreach (var framework in cluster.Frameworks)
        {
            foreach (var lost in framework.UnreachableTasks.TakeOf(agent.Id))
            {
                if (!listed.Contains((framework.Id, lost.Id)))
                {
                    Bury(turn, framework, lost);
                }
            }
        }
    }

    /// <summary>Only a report told of it that may have been on its way for long.</summary>
    private static bool IsHearsay(Agent agent, LiveTask task) => task.LearnedFrom > agent.ProvenReport;

    /// <summary>The agent is back and the task is not: nobody will ever hear of it again.</summary>
    private void Bury(in Turn turn, Framework framework, TaskModel lost)
    {
        var state = TaskStates.ForFramework(TaskState.TaskGone, framework.PartitionAware);
        var status = MasterStatus.Make(turn, lost.Id, lost.Agent, state, Reason.Reconciliation, Unknown);
        cluster.OperatorStreams.TaskUpdated(lost, status, state);
        framework.CompletedTasks.Add(lost.LostAs(status));
        if (framework.PartitionAware && !framework.Tasks.Contains(lost.Id))
        {
            framework.Send(turn, SchedulerEvents.Update(status));
        }
    }
}

/// <summary>How the allocator sees agents.</summary>
internal static class AllocatorAgents
{
    /// <param name="master">Where the master is.</param>
    public static AllocatorAgent Describe(Agent agent, DomainInfo? master)
    {
        var capabilities = AgentCapabilities.None;
        foreach (var capability in agent.Capabilities)
        {
            capabilities |= capability.Type switch
            {
                AgentCapability.MultiRole => AgentCapabilities.MultiRole,
                AgentCapability.HierarchicalRole => AgentCapabilities.HierarchicalRole,
                _ => AgentCapabilities.None,
            };
        }
        return new AllocatorAgent(capabilities)
        {
            Facts = FactsOf(agent.Info),
            // Who does not say where it is, is taken to be near.
            IsInRemoteRegion = master?.FaultDomain?.Region.Name is { } here && agent.Info.Domain?.FaultDomain?.Region.Name is { } there
                && here != there,
        };
    }

    public static AgentFacts FactsOf(AgentInfo info) =>
        new(info.Hostname, info.Domain?.FaultDomain?.Region.Name, info.Domain?.FaultDomain?.Zone.Name, info.Attributes);
}
