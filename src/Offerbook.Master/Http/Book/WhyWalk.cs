using Offerbook.Actors;
using Offerbook.Master.Allocation;

namespace Offerbook.Master.Http.Book;

/// <summary>Collects one page of agents, and with the first page a summary of all.</summary>
/// <param name="agent">Only the agent of this id or host; null: all.</param>
internal sealed class WhyWalk(string? agent, int limit, bool summarize)
{
    public WhySummary? Summary { get; } = summarize ? new WhySummary() : null;

    public List<AgentObstacles> Agents { get; } = [];

    public IReadOnlyList<Obstacle> General { get; private set; } = [];

    public int AgentsInCluster { get; private set; }

    /// <summary>Where the next page begins; null when there is none.</summary>
    public int? Next { get; private set; }

    /// <summary>The moment of the newest part.</summary>
    public Now Now { get; private set; }

    public bool IsDone { get; private set; }

    /// <param name="from">Where the part begins.</param>
    /// <returns>Where the next part begins; null when this was the last.</returns>
    public int? Add(WhyPage page, int from, Now now)
    {
        (General, AgentsInCluster, Now) = (page.General, page.AgentsInCluster, now);
        foreach (var found in page.Agents)
        {
            if (agent is not null && found.Agent.Value != agent && found.Hostname != agent)
            {
                continue;
            }
            Summary?.Add(found);
            if (Agents.Count < limit)
            {
                Agents.Add(found);
            }
            else
            {
                // Numbers of agents only grow, so that a page can begin at the one that did not fit any more.
                Next ??= found.Handle;
            }
        }
        // Without a summary nothing beyond the page is wanted.
        IsDone = Summary is null && Next is not null;
        return page.Next;
    }
}
