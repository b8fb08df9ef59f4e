using Offerbook.Resources;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Allocation;

/// <summary>Copies the books for those outside.</summary>
internal sealed class AllocatorViews(AllocatorSettings settings, ClusterTotals totals, RoleTree roles, QuotaBook quotas)
{
    public AllocatorView Take(int agents, int candidates, int filters)
    {
        var views = new List<AllocatorRoleView>();
        foreach (var role in roles.Leaves)
        {
            views.Add(Of(role));
        }

        var set = new List<AllocatorQuotaView>();
        foreach (var account in quotas.Set)
        {
            set.Add(Of(account));
        }

        return new AllocatorView(Copy(totals.All), Copy(roles.Root.Allocated), views, set, [.. roles.Weights],
            new AllocatorHeadroomView(Copy(quotas.Required), Copy(quotas.Free)), agents, candidates, filters);
    }

    public static AllocatorAgentView Of(AgentSlot agent)
    {
        var held = new List<KeyValuePair<FrameworkId, ResourceBag>>();
        var offered = new List<KeyValuePair<FrameworkId, ResourceBag>>();
        foreach (ref readonly var holding in agent.Holdings)
        {
            Add(held, holding.Member.Framework.Id, holding.Resources);
            Add(offered, holding.Member.Framework.Id, holding.Offered);
        }

        return new AllocatorAgentView(agent.Total, agent.Available, held, offered, agent.IsUsable);
    }

    private static void Add(List<KeyValuePair<FrameworkId, ResourceBag>> sums, FrameworkId framework, ResourceBag resources)
    {
        if (resources.IsEmpty)
        {
            return;
        }

        var at = sums.FindIndex(pair => pair.Key == framework);
        if (at < 0)
        {
            sums.Add(new(framework, resources));
        }
        else
        {
            sums[at] = new(framework, sums[at].Value + resources);
        }
    }

    private AllocatorRoleView Of(RoleNode role)
    {
        var frameworks = new AllocatorFrameworkView[role.Members.Count];
        var filters = 0;
        for (var i = 0; i < frameworks.Length; i++)
        {
            var member = role.Members[i];
            filters += member.FilterCount;
            frameworks[i] = new AllocatorFrameworkView(
                member.Framework.Id, totals.ShareOf(member.Allocated), Copy(member.Allocated),
                member.IsSubscribed, member.IsSuppressed, member.IsListed, member.FilterCount, Of(member.Framework.Offers));
        }

        return new AllocatorRoleView(role.Role, totals.ShareOf(role.Allocated), role.Parent!.Weight, Copy(role.Allocated), filters,
            frameworks);
    }

    private OutstandingOffersView Of(OffersOut offers) => offers.Count == 0
        ? OutstandingOffersView.None
        : new OutstandingOffersView(offers.Count, totals.ShareOf(offers.Amounts), offers.Oldest, offers.IsAtBound(settings, totals));

    private AllocatorQuotaView Of(QuotaAccount account) => new(
        account.Role, account.Quota,
        new Amounts(totals, Vectors.Add([.. account.Reserved], account.Unreserved, 1)),
        Copy(roles.Find(account.Role)?.Allocated ?? []));

    private Amounts Copy(long[] vector) => new(totals, vector.Length == 0 ? [] : [.. vector]);
}
