using Offerbook.Actors;
using Offerbook.Apps.Pods;
using Offerbook.Apps.Specs;
using Offerbook.Resources;

namespace Offerbook.Apps.Matching;

/// <summary>
/// Tries one instance on one offer:
/// 1. every check is made, whether or not an earlier one failed: role, constraints and region, maintenance, cpus, mem, disk, gpus,
///    ports, scarce GPUs;
/// 2. if none refuses, ports are drawn and the task is made;
/// 3. the result carries what is left of the offer, for the next instance.
/// Not for several threads (constraint patterns are cached).
/// </summary>
public sealed class OfferMatcher(MatchSettings settings)
{
    private readonly ConstraintMatcher _constraints = new();
    private readonly TaskBuilder _tasks = new(settings);
    private readonly PodBuilder _pods = new(settings);

    public MatchResult Match(OfferRemainder offer, LaunchCandidate candidate, SeededRandom random, Now now)
    {
        var app = candidate.Spec;
        var accepted = AcceptedResources.Of(offer.Resources, AcceptedRoles(candidate));
        var needs = ScalarNeed.Of(app);
        var ports = PortAssignment.For(app);

        List<Refusal?> checks =
        [
            RoleRefusal(offer, candidate, accepted),
            .. _constraints.Refusals(app, offer.Location, candidate.Placed),
            RegionRefusal(offer.Location, candidate),
            MaintenanceRefusal(offer, now),
            .. needs.Select(need => need.Refusal(accepted)),
            ports.Refusal(accepted),
            ScarceRefusal(offer, app),
        ];
        var refusals = checks.OfType<Refusal>().ToList();
        if (refusals.Count > 0)
        {
            return new MatchResult.Refused(refusals);
        }

        var (assigned, usedPorts) = ports.Assign(accepted, random);
        if (app is PodDefinition)
        {
            var (order, left) = _pods.Build(offer, candidate, assigned, bag => AcceptedResources.Of(bag, AcceptedRoles(candidate)));
            return new MatchResult.Matched(order, assigned.Select(port => port.HostPort).ToValueList(), left);
        }
        var used = needs.SelectMany(need => accepted.Take(need.Name, need.Amount)).Concat(usedPorts).ToArray();
        var rest = offer.Without(ResourceBag.Of(used));
        var forExecutor = ResourceBag.Empty;
        if (needs.Any(need => !need.Executor.IsZero))
        {
            var remaining = AcceptedResources.Of(rest.Resources, AcceptedRoles(candidate));
            forExecutor = ResourceBag.Of(needs.SelectMany(need => remaining.Take(need.Name, need.Executor)).ToArray());
            rest = rest.Without(forExecutor);
        }
        var task = _tasks.Build(offer, candidate, assigned, ResourceBag.Of(used), forExecutor);
        return new MatchResult.Matched(new LaunchOrder.Single(task), assigned.Select(port => port.HostPort).ToValueList(), rest);
    }

    private List<string> AcceptedRoles(LaunchCandidate candidate) => candidate.Spec.AcceptedResourceRoles?.ToList() ?? settings.AcceptedRoles switch
    {
        AcceptedRolesDefault.Unreserved => ["*"],
        AcceptedRolesDefault.Reserved => [candidate.Role],
        _ => [candidate.Role, "*"],
    };

    private Refusal? RoleRefusal(OfferRemainder offer, LaunchCandidate candidate, AcceptedResources accepted)
    {
        if (offer.Role is { } role && role != candidate.Role)
        {
            return new Refusal(RefusalReason.UnfulfilledRole, "role", candidate.Role, role);
        }
        return accepted.IsEmpty
            ? new Refusal(RefusalReason.UnfulfilledRole, "role", string.Join(", ", AcceptedRoles(candidate)),
                string.Join(", ", offer.Resources.Select(entry => entry.Kind.ReservationRole ?? "*").Distinct().DefaultIfEmpty("nothing")))
            : null;
    }

    /// <summary>An agent elsewhere is only for apps that speak of regions or zones.</summary>
    private static Refusal? RegionRefusal(AgentLocation location, LaunchCandidate candidate)
    {
        var isLocal = location.Region is null || location.Region == candidate.HomeRegion;
        var asks = candidate.Spec.Constraints.Any(constraint => constraint.Field is "@region" or "@zone");
        return isLocal || asks ? null
            : new Refusal(RefusalReason.UnfulfilledConstraint, "region", candidate.HomeRegion ?? "an agent without a region", location.Region!);
    }

    private Refusal? MaintenanceRefusal(OfferRemainder offer, Now now)
    {
        if (!settings.MaintenanceMode || offer.Offer.Unavailability is not { } window)
        {
            return null;
        }
        var (start, present) = (window.Start.Nanoseconds, now.UnixNanoseconds);
        var hasBegun = present >= start - (settings.DrainingTime.Ticks * 100);
        var isOver = window.Duration is { } duration && present - start >= duration.Nanoseconds;
        return hasBegun && !isOver
            ? new Refusal(RefusalReason.AgentMaintenance, "agent", "an agent that stays", "maintenance since "
                + Timestamp.From(DateTimeOffset.UnixEpoch.AddTicks(start / 100)))
            : null;
    }

    private Refusal? ScarceRefusal(OfferRemainder offer, RunSpec app)
    {
        var areScarce = app.Labels.GetValueOrDefault("GPU_SCHEDULING_BEHAVIOR") switch
        {
            "restricted" => true,
            "unrestricted" => false,
            _ => settings.GpusAreScarce,
        };
        var gpus = offer.Resources.ScalarOf("gpus");
        return areScarce && app.Gpus == 0 && !gpus.IsZero
            ? new Refusal(RefusalReason.DeclinedScarceResources, "gpus", "0", gpus.ToString())
            : null;
    }
}
