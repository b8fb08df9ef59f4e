using Offerbook.Resources;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Allocation;

/// <summary>Some agents, with all that stands between each and a framework.</summary>
/// <param name="General">What holds for every agent alike.</param>
/// <param name="Next">Where the next page begins; null when this was the last.</param>
/// <param name="AgentsInCluster">Of all pages together.</param>
public sealed record WhyPage(IReadOnlyList<Obstacle> General, IReadOnlyList<AgentObstacles> Agents, int? Next, int AgentsInCluster)
{
    /// <summary>A page of so many takes the allocator a few milliseconds at most.</summary>
    public const int MaxAgents = 500;
}

/// <param name="Handle">Where a page that begins with this agent begins.</param>
/// <param name="Obstacles">At least one.</param>
public sealed record AgentObstacles(int Handle, AgentId Agent, string Hostname, ResourceBag Total, ResourceBag Available,
    IReadOnlyList<Obstacle> Obstacles);
