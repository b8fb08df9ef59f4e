using Offerbook.Resources;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Allocation;

/// <summary>Copies the books for those outside.</summary>
internal static class AllocatorViews
{
    public static AllocatorView Of(RoleTree roles, ClusterTotals totals, int agents, int candidates, int filters)
    {
        var views = new List<AllocatorRoleView>();
        foreach (var role in roles.Leaves)
        {
            views.Add(Of(role, totals));
        }

        return new AllocatorView(totals.Quantities(), views, agents, candidates, filters);
    }

    public static AllocatorAgentView Of(AgentSlot agent)
    {
        var held = new List<KeyValuePair<FrameworkId, ResourceBag>>();
        foreach (ref readonly var holding in agent.Holdings)
        {
            var id = holding.Member.Framework.Id;
            var at = held.FindIndex(pair => pair.Key == id);
            if (at < 0)
            {
                held.Add(new(id, holding.Resources));
            }
            else
            {
                held[at] = new(id, held[at].Value + holding.Resources);
            }
        }

        return new AllocatorAgentView(agent.Total, agent.Available, held);
    }

    private static AllocatorRoleView Of(RoleNode role, ClusterTotals totals)
    {
        var frameworks = new List<AllocatorFrameworkView>(role.Members.Count);
        foreach (var member in role.Members)
        {
            frameworks.Add(new AllocatorFrameworkView(
                member.Framework.Id,
                totals.ShareOf(member.Allocated),
                totals.Quantities(member.Allocated),
                member.IsListed,
                member.Filters.Count));
        }

        frameworks.Sort(static (a, b) => a.Framework.CompareTo(b.Framework));
        return new AllocatorRoleView(role.Role, totals.ShareOf(role.Allocated), totals.Quantities(role.Allocated), frameworks);
    }
}
