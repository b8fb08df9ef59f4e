using Mesos.V1;
using Offerbook.Apps.Core;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Journal;
using Offerbook.Apps.Matching;
using Offerbook.Apps.Specs;
using Offerbook.Wire.Identity;

namespace Offerbook.Apps.Launching;

/// <summary>Which of an app's waiting instances is tried on an offer, and what it asks of it.</summary>
internal sealed class InstanceChoice(LaunchQueue queue, Daemons.DaemonPlaces daemons)
{
    /// <summary>
    /// The app's instance to try on an offer: of a resident app one that holds something there, else one that holds nothing yet.
    /// </summary>
    public InstanceId? Next(Turn turn, PathId app, OfferRemainder offer, int skipped, HashSet<InstanceId> taken)
    {
        if (daemons.Contains(app))
        {
            return daemons.Waiting(turn.State, app, AgentId.From(offer.Offer.AgentId), taken);
        }
        if (queue.First(app) is not { } first || turn.State.Instances.Find(first) is not { } instance
            || !turn.State.DefinitionOf(instance).IsResident)
        {
            return queue.First(app, skipped);
        }
        InstanceId? free = null;
        foreach (var id in queue.Waiting(app))
        {
            if (taken.Contains(id) || turn.State.Instances.Find(id) is not { } waiting)
            {
                continue;
            }
            if (waiting.Reservation is { } held)
            {
                if (held.Agent == AgentId.From(offer.Offer.AgentId))
                {
                    return id;
                }
            }
            else
            {
                free ??= id;
            }
        }
        return free ?? (taken.Count == 0 ? first : null);
    }

    /// <summary>What offers are matched with.</summary>
    /// <param name="incarnation">The number that its task would have.</param>
    public static LaunchCandidate Candidate(Turn turn, Instance instance, int incarnation, string? homeRegion)
    {
        var definition = turn.State.DefinitionOf(instance);
        var placed = definition is { Constraints.Count: 0, Preferences.Count: 0 } || definition.IsDaemon
            ? []
            : turn.State.Instances.Of(instance.App)
                .Where(other => other.Id != instance.Id && !other.Condition.IsUnreachable()
                    && (other.Placement is not null || other.Reservation is not null))
                .Where(other => other.Version == definition.Version
                    || turn.State.DefinitionOf(other).VersionInfo.LastConfigChangeAt == definition.VersionInfo.LastConfigChangeAt)
                .Select(other => new PlacedInstance(other.Placement?.Location ?? other.Reservation!.Location, other.Version))
                .ToList();
        var enforces = turn.State.Root.FindGroup(instance.App.Ancestor(1))?.EnforceRole ?? false;
        return new LaunchCandidate(definition, instance.Id, incarnation, instance.Role, placed, enforces, homeRegion, instance.Reservation);
    }
}
