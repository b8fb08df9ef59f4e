namespace Offerbook.Master.Allocation;

/// <summary>
/// Brings what the coming visits of a run will read into the caches, while the present one computes: the books of fifty thousand
/// agents and thousands of frameworks are far larger than the caches, and each visit would wait for memory some twenty times, one
/// thing leading to the next. Here one thing is asked for several visits before the next that it leads to.
/// <para>Who will be served is only guessed, from who stands first now. Changes nothing.</para>
/// </summary>
internal static class VisitsAhead
{
    // In visits. One of a large cluster takes 0.5 µs or more, a read of memory 0.1 to 0.2 µs, of which several are under way at once.
    private const int AgentBooks = 12;
    private const int AgentParts = 8;
    private const int AgentEntries = 4;
    private const int MemberBooks = 8;
    private const int MemberParts = 5;
    private const int MemberOffers = 3;

    // Below that everything stays in the caches anyway, and one agent alone has nothing ahead.
    private const int FewAgents = 64;

    public static void Prepare(ReadOnlySpan<AgentSlot> candidates, int at, RoleNode root)
    {
        if (candidates.Length < FewAgents)
        {
            return;
        }

        if (at + AgentBooks < candidates.Length)
        {
            candidates[at + AgentBooks].Prefetch();
            candidates[at + AgentParts].PrefetchParts();
            candidates[at + AgentEntries].PrefetchEntries();
        }

        MemberAhead(root, MemberBooks)?.Prefetch();
        MemberAhead(root, MemberParts)?.PrefetchParts();
        MemberAhead(root, MemberOffers)?.Framework.Offers.Prefetch();
    }

    /// <summary>Who will be served in so many visits, if each one served goes to the back of its order.</summary>
    private static RoleMember? MemberAhead(RoleNode node, int visits)
    {
        while (!node.IsLeaf)
        {
            var children = node.Children;
            if (children.Count == 0)
            {
                return null;
            }

            var place = Math.Min(visits, children.Count - 1);
            node = children[place];
            visits -= place;
        }

        var members = node.Competing;
        return members.Count == 0 ? null : members[Math.Min(visits, members.Count - 1)];
    }
}
