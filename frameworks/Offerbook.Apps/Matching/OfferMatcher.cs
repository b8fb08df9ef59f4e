using Offerbook.Actors;
using Offerbook.Apps.Pods;
using Offerbook.Apps.Specs;
using Offerbook.Apps.Volumes;
using Offerbook.Resources;
using Reservation = Offerbook.Apps.Volumes.Reservation;

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
        var (framework, held) = (offer.Offer.FrameworkId?.Value ?? "", candidate.Reservation);
        AcceptedResources Accept(ResourceBag bag) => held is not null
            ? AcceptedResources.OfReservation(bag, candidate.Instance, framework)
            // Only what nobody has reserved can be reserved.
            : AcceptedResources.Of(bag, app.IsResident ? ["*"] : AcceptedRoles(candidate));
        var volumes = ResourceBag.Empty;
        if (held is not null && !TryFindVolumes(offer, candidate, held, out volumes))
        {
            return new MatchResult.Refused([new Refusal(RefusalReason.NoCorrespondingReservationFound, "volumes",
                string.Join(", ", held.Volumes.Select(volume => volume.PersistenceId)) + " on " + held.Location.Host,
                offer.Location.Host)]);
        }
        var accepted = Accept(offer.Resources);
        var needs = ScalarNeed.Of(app);
        var ports = PortAssignment.For(app);

        List<Refusal?> checks =
        [
            RoleRefusal(offer, candidate, accepted),
            .. held is null ? _constraints.Refusals(app, offer.Location, candidate.Placed) : [],
            held is null ? RegionRefusal(offer.Location, candidate) : null,
            MaintenanceRefusal(offer, now),
            .. needs.Select(need => need.Refusal(accepted)),
            ports.Refusal(accepted),
            held is null ? ScarceRefusal(offer, app) : null,
        ];
        var refusals = checks.OfType<Refusal>().ToList();
        if (refusals.Count > 0)
        {
            return new MatchResult.Refused(refusals);
        }

        var (assigned, usedPorts) = ports.Assign(accepted, random);
        if (app.IsResident && held is null)
        {
            var needed = needs.SelectMany(need => accepted.Take(need.Name, need.Amount + need.Executor)).Concat(usedPorts).ToArray();
            return Reserve(offer, candidate, ResourceBag.Of(needed), random, now);
        }
        var hostPorts = assigned.Select(port => port.HostPort).ToValueList();
        if (app is PodDefinition)
        {
            var (order, left) = _pods.Build(offer, candidate, assigned, Accept, held is null ? null : volumes);
            return new MatchResult.Matched(order, hostPorts, left);
        }
        var used = ResourceBag.Of(needs.SelectMany(need => accepted.Take(need.Name, need.Amount)).Concat(usedPorts).ToArray()) + volumes;
        var rest = offer.Without(used);
        var forExecutor = ResourceBag.Empty;
        if (needs.Any(need => !need.Executor.IsZero))
        {
            var remaining = Accept(rest.Resources);
            forExecutor = ResourceBag.Of(needs.SelectMany(need => remaining.Take(need.Name, need.Executor)).ToArray());
            rest = rest.Without(forExecutor);
        }
        var task = _tasks.Build(offer, candidate, assigned, used, forExecutor);
        return new MatchResult.Matched(new LaunchOrder.Single(task), hostPorts, rest);
    }

    /// <summary>Whether the agent would do, whatever is free there.</summary>
    public bool SuitsPlace(AgentLocation location, LaunchCandidate candidate) =>
        _constraints.Refusals(candidate.Spec, location, candidate.Placed).Count == 0 && RegionRefusal(location, candidate) is null;

    /// <summary>How far the place falls short of what the app prefers; 0 is best.</summary>
    public int Missed(AgentLocation location, LaunchCandidate candidate) => _constraints.Missed(candidate.Spec, location, candidate.Placed);

    /// <summary>The first step of a resident instance.</summary>
    private MatchResult Reserve(OfferRemainder offer, LaunchCandidate candidate, ResourceBag used, SeededRandom random, Now now)
    {
        var rest = offer.Without(used);
        if (DiskChoice.Choose(rest.Resources, candidate.Spec.VolumeClaims, out var refusal) is not { } disks)
        {
            return new MatchResult.Refused([refusal!]);
        }
        var order = ReservationBuilder.Reserve(offer, candidate, used, disks, settings.Principal, random, Timestamp.From(now.Wall));
        return new MatchResult.Matched(order, [], rest.Without(ResourceBag.Of(disks.Select(chosen => chosen.Disk).ToArray())));
    }

    private static bool TryFindVolumes(OfferRemainder offer, LaunchCandidate candidate, Reservation held, out ResourceBag volumes)
    {
        var ids = held.Volumes.Select(volume => volume.PersistenceId).ToHashSet(StringComparer.Ordinal);
        var found = offer.Resources.Where(entry => entry.Kind.Disk?.PersistenceId is { } id && ids.Contains(id)
            && ReservationLabels.Read(entry.Kind, offer.Offer.FrameworkId.Value) == candidate.Instance).ToArray();
        volumes = ResourceBag.Of(found);
        return found.Length == ids.Count;
    }

    private List<string> AcceptedRoles(LaunchCandidate candidate) =>
        candidate.Spec.AcceptedResourceRoles?.ToList() ?? settings.AcceptedRoles switch
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
            : new Refusal(RefusalReason.UnfulfilledConstraint, "region", candidate.HomeRegion ?? "an agent without a region",
                location.Region!);
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
