using Offerbook.Wire.Identity;

namespace Offerbook.Master.Allocation;

/// <content>What those outside may see. Nothing here changes anything.</content>
public sealed partial class Allocator
{
    /// <summary>The books at this moment. Costs some copied numbers for each framework and role, and nothing for agents.</summary>
    public AllocatorView View() => _views.Take(_agents.Count, _agents.Candidates.Count, _filters.Count);

    /// <summary>One agent's books; null when it is not known.</summary>
    public AllocatorAgentView? ViewAgent(AgentId id) => _agents.Find(id) is { } slot ? AllocatorViews.Of(slot) : null;

    /// <summary>
    /// Why a framework is not offered the agents in a role, agent by agent with all reasons. A few microseconds for each agent: ask
    /// for the next page in another turn.
    /// </summary>
    /// <param name="framework">Null: what concerns any framework of the role.</param>
    /// <param name="from">0, or <see cref="WhyPage.Next"/> of the page before.</param>
    /// <param name="count">How many agents at most; at least 1 and no more than <see cref="WhyPage.MaxAgents"/>.</param>
    public WhyPage Why(FrameworkId? framework, string role, int from, int count) =>
        _explainer.Explain(framework, role, from, Math.Clamp(count, 1, WhyPage.MaxAgents));

    /// <summary>
    /// The first difference between the books and a recount from what agents hold; null when there is none. Costs a walk over everything.
    /// </summary>
    public string? FindInconsistency() => _consistency.Find();
}
