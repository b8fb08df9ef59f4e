using Offerbook.Actors;
using Offerbook.Master.Agents;
using Offerbook.Master.Frameworks;
using Offerbook.Master.Offers;
using Offerbook.Master.Operator.Views;
using Offerbook.Resources;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Invariants;

/// <summary>What must hold between any two turns. The simulator asks after every step; each claim names what it is about.</summary>
internal sealed class InvariantChecker(ClusterState cluster, OfferBook offers, ViewBuilder views)
{
    private readonly OperatorInvariants _operators = new(cluster, offers);

    public void Check()
    {
        CheckOffers();
        foreach (var agent in cluster.Agents)
        {
            CheckAgent(agent);
        }
        foreach (var framework in cluster.Frameworks)
        {
            CheckFramework(framework);
        }
        OperationInvariants.Check(cluster);
        CheckRegistry();
        CheckStreams();
        _operators.Check();
        views.Check();
        var inconsistency = cluster.Allocator.FindInconsistency();
        Invariant.Check(inconsistency is null, $"the allocator's books equal a recount: {inconsistency}");
    }

    private void CheckOffers()
    {
        var (made, ended) = offers.Tally;
        Invariant.Check(made - ended == offers.Count, "every offer made has ended once or is out");
        Invariant.Check(cluster.Frameworks.Sum(framework => framework.Offers.Count) == offers.Count, "every offer is its framework's");
        Invariant.Check(cluster.Agents.Sum(agent => agent.Offers.Count) == offers.Count, "every offer is its agent's");
        foreach (var offer in offers.All)
        {
            Invariant.Check(cluster.Frameworks.Find(offer.Framework) is { Connected: true }, $"{offer.Id} is out to a connected framework");
            Invariant.Check(cluster.Agents.Find(offer.Agent) is { Connected: true }, $"{offer.Id} is of a connected agent");
            Invariant.Check(offer.Resources.AllocationRole() == offer.Role, $"{offer.Id} is allocated to its role");
        }
    }

    private void CheckAgent(Agent agent)
    {
        var used = new SortedDictionary<FrameworkId, ResourceBag>();
        var all = ResourceBag.Empty;
        foreach (var (framework, resources) in agent.Tasks.Where(task => !task.IsTerminal)
            .Select(task => (task.Framework, task.Model.Resources))
            .Concat(agent.Executors.Select(executor => (executor.Framework, executor.Resources)))
            .Concat(agent.Remains.Select(remainder => (remainder.Framework, remainder.Resources))))
        {
            if (!resources.IsEmpty)
            {
                used[framework] = used.TryGetValue(framework, out var sum) ? sum + resources : resources;
                all += resources;
            }
        }
        Invariant.Check(used.Keys.SequenceEqual(agent.Used.Keys) && used.All(pair => agent.Used[pair.Key] == pair.Value),
            $"{agent.Id} uses the sum of its tasks and executors, and of what removed frameworks left");
        var offered = ResourceBag.Empty;
        foreach (var offer in agent.Offers)
        {
            offered += offer.Resources;
        }
        // An agent may use more of something than it has, after its resources were cut; of that nothing is offered.
        Invariant.Check((agent.Total.NonShared() - all.Unallocate()).Contains(offered.Unallocate().NonShared()),
            $"what is offered of {agent.Id} is not used by anybody");
        Invariant.Check(cluster.Registry.Agents.ContainsKey(agent.Id), $"{agent.Id} is in the registry");
        Invariant.Check(!cluster.Agents.Recovered.Contains(agent.Id), $"{agent.Id} is not awaited any more");
        foreach (var task in agent.Tasks)
        {
            Invariant.Check(task.Agent == agent.Id && cluster.Frameworks.Find(task.Framework)?.Tasks.Find(task.Id) == task,
                $"task {task.Id} is known alike to {agent.Id} and {task.Framework}");
        }
    }

    private void CheckFramework(Framework framework)
    {
        Invariant.Check(cluster.Registry.Frameworks.ContainsKey(framework.Id), $"{framework.Id} is in the registry");
        Invariant.Check(framework.Connected == framework.FailoverDue is null, $"{framework.Id} is connected or has a deadline");
        Invariant.Check(!(framework.Connected && framework.Recovered), $"{framework.Id} is recovered until it subscribes");
        foreach (var task in framework.Tasks)
        {
            Invariant.Check(cluster.Agents.Find(task.Agent)?.Tasks.Find((framework.Id, task.Id)) == task,
                $"task {task.Id} is on its agent");
        }
        Invariant.Check(framework.CompletedTasks.Count <= cluster.Settings.MaxCompletedTasksPerFramework
            && framework.UnreachableTasks.Count <= cluster.Settings.MaxUnreachableTasksPerFramework,
            $"the history of {framework.Id} is bounded");
    }

    private void CheckRegistry()
    {
        var registry = cluster.Registry;
        Invariant.Check(registry.Frameworks.Count == cluster.Frameworks.Count, "the registry holds the frameworks that are known");
        Invariant.Check(registry.Agents.Count == cluster.Agents.Count + cluster.Agents.Recovered.Count,
            "the registry holds the agents that are known or awaited");
        Invariant.Check(registry.CompletedFrameworks.Count <= cluster.Settings.MaxCompletedFrameworks, "completed frameworks are bounded");
        Invariant.Check(registry.UnreachableAgents.Count <= cluster.Settings.MaxLostAgents, "unreachable agents are bounded");
    }

    private void CheckStreams()
    {
        Invariant.Check(cluster.Streams.Count == cluster.Frameworks.Count(framework => framework.Connected)
            + cluster.Agents.Count(agent => agent.Connected),
            "every stream is read by one framework or agent");
        foreach (var (stream, owner) in cluster.Streams)
        {
            Invariant.Check(owner.Framework is { } framework ? cluster.Frameworks.Find(framework)?.Stream == stream
                : cluster.Agents.Find(owner.Agent!.Value)?.Stream == stream, $"stream {stream} is its owner's newest");
        }
    }
}
