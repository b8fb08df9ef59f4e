using Mesos.V1.Quota;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Operator.Views;

/// <summary>A role as operators see it, drawn from a view. What it holds includes what the roles below it hold.</summary>
/// <param name="Quota">Null when it has none.</param>
/// <param name="Frameworks">Those subscribed to it, in the order of their arrival.</param>
/// <param name="Reserved">To the role, whether or not somebody uses it.</param>
/// <param name="Consumed">What counts against its quota: reservations, and what is used and neither reserved nor revocable.</param>
internal sealed record RoleView(
    string Name,
    double Weight,
    QuotaConfig? Quota,
    IReadOnlyList<FrameworkId> Frameworks,
    Amounts Allocated,
    Amounts Offered,
    Amounts Reserved,
    Amounts Consumed)
{
    private const double DefaultWeight = 1;

    /// <summary>Roles with frameworks, a weight, a quota, allocations or reservations, and the roles above them; sorted by name.</summary>
    public static IReadOnlyList<RoleView> Of(MasterView view)
    {
        var sums = new RoleSums(view);
        var frameworks = new Dictionary<string, List<FrameworkId>>(StringComparer.Ordinal);
        foreach (var framework in view.Frameworks)
        {
            foreach (var role in framework.Roles)
            {
                if (!frameworks.TryGetValue(role, out var members))
                {
                    frameworks.Add(role, members = []);
                }
                members.Add(framework.Id);
            }
        }
        var weights = view.Operator.Weights.ToDictionary(static weight => weight.Role, static weight => weight.Weight);
        var quotas = view.Operator.Quotas.ToDictionary(static quota => quota.Role);
        var names = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var name in sums.Roles.Concat(frameworks.Keys).Concat(weights.Keys).Concat(quotas.Keys))
        {
            names.UnionWith(RoleSums.WithAncestors(name));
        }
        return names.Where(name => view.ShowsRole?.Invoke(name) != false)
            .Select(name => new RoleView(name, weights.GetValueOrDefault(name, DefaultWeight), quotas.GetValueOrDefault(name),
            frameworks.GetValueOrDefault(name, []), sums.Allocated(name), sums.Offered(name), sums.Reserved(name),
            sums.Consumed(name))).ToList();
    }
}
