using Offerbook.Resources;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Operator.Views;

/// <summary>A role as operators see it, drawn from a view.</summary>
/// <param name="Frameworks">Those subscribed to it, in the order of their arrival.</param>
internal sealed record RoleView(string Name, IReadOnlyList<FrameworkId> Frameworks, ResourceBag Allocated, ResourceBag Offered, ResourceBag Reserved)
{
    /// <summary>Roles with frameworks, allocations or reservations, sorted by name.</summary>
    public static IReadOnlyList<RoleView> Of(MasterView view)
    {
        var allocated = ResourceBag.Empty;
        var offered = ResourceBag.Empty;
        var total = ResourceBag.Empty;
        foreach (var agent in view.Agents)
        {
            total += agent.Total.Reserved();
            offered += agent.Offered;
            allocated += agent.UsedTotal;
        }
        var names = new SortedSet<string>(StringComparer.Ordinal);
        names.UnionWith(view.Frameworks.SelectMany(framework => framework.Roles));
        names.UnionWith(allocated.AllocationRoles());
        names.UnionWith(offered.AllocationRoles());
        names.UnionWith(total.Select(entry => entry.Kind.ReservationRole!));
        return names.Select(name => new RoleView(name,
            view.Frameworks.Where(framework => framework.Roles.Contains(name)).Select(framework => framework.Id).ToList(),
            allocated.AllocatedIn(name), offered.AllocatedIn(name), total.Reserved(name))).ToList();
    }
}
