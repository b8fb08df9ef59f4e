using Mesos.V1;
using Mesos.V1.Scheduler;
using Offerbook.Actors;
using Offerbook.Resources;
using Offerbook.Wire.Identity;

namespace Offerbook.Simulator.Checks.Promises;

/// <summary>
/// Offers come in roles that the framework is subscribed to and has not suppressed, and hold what is unreserved or reserved to that
/// role or one above it.
/// </summary>
public sealed class RoleLedger
{
    private readonly Dictionary<FrameworkId, (HashSet<string> Roles, HashSet<string> Suppressed)> _frameworks = [];

    public RoleLedger(MasterTurns turns)
    {
        turns.Subscribed += (framework, call) => Learn(framework, call.FrameworkInfo, call.SuppressedRoles);
        turns.Taken += Take;
        turns.Offered += Offer;
    }

    private void Learn(FrameworkId framework, FrameworkInfo info, IEnumerable<string> suppressed) =>
        _frameworks[framework] = (Roles(info).ToHashSet(), suppressed.ToHashSet());

    private static IEnumerable<string> Roles(FrameworkInfo info) =>
        info.Capabilities.Any(capability => capability.Type == FrameworkInfo.Types.Capability.Types.Type.MultiRole)
            ? info.Roles
#pragma warning disable CS0612 // the field of frameworks without MULTI_ROLE
            : [info.Role];
#pragma warning restore CS0612

    private void Take(FrameworkId framework, Call call)
    {
        if (call.Type == Call.Types.Type.UpdateFramework)
        {
            Learn(framework, call.UpdateFramework.FrameworkInfo, call.UpdateFramework.SuppressedRoles);
            return;
        }
        if (!_frameworks.TryGetValue(framework, out var standing))
        {
            return;
        }
        // A call that names a role of somebody else is dropped whole.
        if (call.Type == Call.Types.Type.Suppress && Named(call.Suppress?.Roles, standing.Roles) is { } suppressed)
        {
            standing.Suppressed.UnionWith(suppressed);
        }
        else if (call.Type == Call.Types.Type.Revive && Named(call.Revive?.Roles, standing.Roles) is { } revived)
        {
            standing.Suppressed.ExceptWith(revived);
        }
    }

    private static IReadOnlyCollection<string>? Named(IReadOnlyCollection<string>? named, HashSet<string> roles) =>
        named is null || named.Count == 0 ? roles : named.All(roles.Contains) ? named : null;

    private void Offer(FrameworkId framework, IReadOnlyList<Offer> offers)
    {
        var (roles, suppressed) = _frameworks[framework];
        foreach (var offer in offers)
        {
            var role = offer.AllocationInfo?.Role ?? roles.Single();
            Invariant.Check(roles.Contains(role), $"I16: {framework} is offered something in role {role}, which it is not in");
            Invariant.Check(!suppressed.Contains(role), $"I16: {framework} is offered something in role {role}, which it suppressed");
            foreach (var entry in ResourceReader.Read(offer.Resources).Bag.Entries)
            {
                Invariant.Check(entry.Kind.ReservationRole is not { } owner || owner == role
                    || role.StartsWith(owner + "/", StringComparison.Ordinal),
                    $"I16: {framework} is offered in role {role} what is reserved to {entry.Kind.ReservationRole}");
            }
        }
    }
}
