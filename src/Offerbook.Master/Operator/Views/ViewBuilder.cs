using System.Collections.Immutable;
using Offerbook.Actors;
using Offerbook.Master.Agents;
using Offerbook.Master.Frameworks;
using Offerbook.Master.Offers;
using Offerbook.Master.Operator.Views.Blocks;
using Offerbook.Resources;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Operator.Views;

/// <summary>
/// Takes views. It keeps a picture of every agent and framework, and draws those anew that have changed since the last view. All
/// that a view holds is immutable and shared with the core and with other views, so that taking one costs a few arrays of
/// references and what has changed, whatever the size of the cluster. Measured by <c>tools/bench view</c>.
/// </summary>
internal sealed class ViewBuilder(ClusterState cluster, OfferBook offers)
{
    /// <summary>Agents drawn in one turn: at 1 to 4 µs each, the more the colder memory is, up to 1 ms.</summary>
    private const int MaxAgentsPerTurn = 256;

    /// <summary>Frameworks drawn in one turn: at 4 µs each 0.3 ms.</summary>
    private const int MaxFrameworksPerTurn = 64;

    private readonly BlockMap<AgentId, AgentView> _agents = new();
    private readonly BlockMap<FrameworkId, FrameworkView> _frameworks = new();
    private readonly OperatorViews _operators = new(cluster, offers.Inverse);
    private ImmutableArray<FrameworkView> _completed = [];
    private long _completedVersion = -1;

    /// <summary>Draws what has changed, but no more than a turn's share.</summary>
    /// <returns>Whether all is drawn, so that a view may be taken.</returns>
    public bool Refresh() => Refresh(MaxAgentsPerTurn, MaxFrameworksPerTurn);

    /// <summary>The state at this moment, however much has to be drawn.</summary>
    public MasterView Build(Now now)
    {
        Refresh(int.MaxValue, int.MaxValue);
        return Take(now);
    }

    /// <summary>The state as it was last drawn. All of it must be.</summary>
    public MasterView Take(Now now)
    {
        Invariant.Check(cluster.Agents.Changes.Count + cluster.Frameworks.Changes.Count == 0, "a view is taken when all is drawn");
        return new MasterView
        {
            Version = cluster.Agents.Changes.Version + cluster.Frameworks.Changes.Version + cluster.Registry.Version + _operators.Version,
            Settings = cluster.Settings,
            Master = cluster.Master,
            Taken = now,
            Started = cluster.Started,
            Agents = _agents.Take(),
            RecoveredAgents = cluster.Agents.Recovered.Take(),
            UnreachableAgents = cluster.Registry.UnreachableAgents.Count,
            Frameworks = _frameworks.Take(),
            CompletedFrameworks = Completed(),
            OffersOut = offers.Count,
            OperatorSubscribers = cluster.OperatorStreams.Count,
            AllocationRuns = offers.AllocationRuns,
            Allocator = cluster.Allocator.View(),
            Counters = [.. cluster.Counters.ToArray()],
            OperationCounts = cluster.OperationTally.View(),
            Operator = _operators.Take(),
        };
    }

    /// <summary>Fails unless every picture is what would be drawn now, or is waiting to be drawn. Costs a walk over everything.</summary>
    public void Check()
    {
        foreach (var agent in cluster.Agents.Where(agent => !agent.IsChanged))
        {
            Invariant.Check(_agents.Find(agent.Id) is { } shown && Same(shown, Draw(agent)), $"views show {agent.Id} as it is");
        }
        foreach (var framework in cluster.Frameworks.Where(framework => !framework.IsChanged))
        {
            Invariant.Check(_frameworks.Find(framework.Id) is { } shown && Same(shown, Draw(framework, null)),
                $"views show {framework.Id} as it is");
        }
        // So that what is forgotten to be noted from here on is found.
        Refresh(int.MaxValue, int.MaxValue);
    }

    private bool Refresh(int agents, int frameworks)
    {
        while (agents-- > 0 && cluster.Agents.Changes.TryTake(out var agent))
        {
            if (cluster.Agents.Find(agent.Id) == agent)
            {
                _agents.Set(agent.Id, Draw(agent));
            }
            else if (cluster.Agents.Find(agent.Id) is null)
            {
                _agents.Remove(agent.Id);
            }
        }
        while (frameworks-- > 0 && cluster.Frameworks.Changes.TryTake(out var framework))
        {
            if (cluster.Frameworks.Find(framework.Id) == framework)
            {
                _frameworks.Set(framework.Id, Draw(framework, null));
            }
            else if (cluster.Frameworks.Find(framework.Id) is null)
            {
                _frameworks.Remove(framework.Id);
            }
        }
        return cluster.Agents.Changes.Count + cluster.Frameworks.Changes.Count == 0;
    }

    private ImmutableArray<FrameworkView> Completed()
    {
        if (_completedVersion != cluster.Frameworks.CompletedVersion)
        {
            _completedVersion = cluster.Frameworks.CompletedVersion;
            _completed = [.. cluster.Frameworks.Completed.Select(completed => Draw(completed.Framework, completed.UnregisteredTime))];
        }
        return _completed;
    }

    private static AgentView Draw(Agent agent) => new(agent.Id, agent.Info, agent.Pid, agent.Version, agent.Connected,
        agent.Deactivation is not null, agent.Deactivation?.DrainInfo,
        agent.Deactivation is { HasDrainStartedTime: true } held ? Times.FromNanoseconds(held.DrainStartedTime) : null,
        agent.RegisteredTime, agent.ReregisteredTime, agent.Capabilities, agent.Total, [.. agent.Used], Sum(agent.Offers),
        agent.Executors.Count == 0 ? [] : [.. agent.Executors.Select(static executor =>
            new ExecutorView(executor.Framework, executor.Agent, executor.Info, executor.Resources))])
    {
        Operations = agent.OperationCount == 0 ? [] : [.. agent.Operations.Select(static operation => operation.Model)],
        Degraded = agent.Degraded,
    };

    private static FrameworkView Draw(Framework framework, DateTimeOffset? unregistered) => new(
        framework.Id, framework.Info, framework.MultiRole, framework.Roles, [.. framework.SuppressedRoles], framework.Constraints,
        framework.Connected, framework.Recovered, framework.RegisteredTime, framework.ReregisteredTime, unregistered,
        framework.Tasks.Take(), framework.UnreachableTasks.Take(), framework.CompletedTasks.Take(), framework.Offers.Take(),
        framework.Counters.View());

    private static ResourceBag Sum(IEnumerable<LiveOffer> offers)
    {
        var sum = ResourceBag.Empty;
        foreach (var offer in offers)
        {
            sum += offer.Resources;
        }
        return sum;
    }

    /// <summary>Lists are told apart by reference: the tables give the same one as long as nothing changes.</summary>
    // Records compare the sums that pictures keep once somebody has asked for them, so both are asked.
    private static bool Same(FrameworkView shown, FrameworkView drawn) =>
        shown.Offered == drawn.Offered && shown with { SuppressedRoles = [], Counters = drawn.Counters }
        == drawn with { SuppressedRoles = [] } && shown.SuppressedRoles.SequenceEqual(drawn.SuppressedRoles);

    private static bool Same(AgentView shown, AgentView drawn) => shown.UsedTotal == drawn.UsedTotal
        && shown with { Used = [], Executors = [], Operations = [] } == drawn with { Used = [], Executors = [], Operations = [] }
        && shown.Operations.SequenceEqual(drawn.Operations)
        && shown.Used.SequenceEqual(drawn.Used) && shown.Executors.SequenceEqual(drawn.Executors);
}
