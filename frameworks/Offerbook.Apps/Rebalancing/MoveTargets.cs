using Offerbook.Apps.Core;
using Offerbook.Apps.Deployments;
using Offerbook.Apps.Deployments.Planning;
using Offerbook.Apps.Launching;
using Offerbook.Apps.Matching;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Rebalancing;

/// <summary>
/// Measures places for the successors of instances that move as the plan of the moves did. Constraints and preferences alone would let
/// a successor back to where its instance was to leave, as GROUP_BY without a number knows only the groups that have instances, and the
/// next rebalance would move it again. Memory only: after a restart the places are those of the first offers. Bounded by the apps that
/// move, with <see cref="RebalancePlan.MaxPlaces"/> places each.
/// </summary>
internal sealed class MoveTargets(OfferMemory memory)
{
    private readonly SortedDictionary<PathId, (string Deployment, List<AgentLocation> Places)> _known = [];

    public static bool Concerns(AppsState state, PathId app) => Find(state, app) is not null;

    /// <summary>Costs a look at the app's instances, and once for each deployment at the agents that are known.</summary>
    /// <param name="offers">Those that have come together.</param>
    /// <returns>By how much a place falls short of the best that is known; null: nothing of the app moves.</returns>
    public Func<AgentLocation, long>? Measure(AppsState state, LaunchCandidate candidate, IReadOnlyList<OfferRemainder> offers)
    {
        var app = candidate.Spec;
        if (Find(state, app.Id) is not { } deployment)
        {
            return null;
        }
        var cost = new PlacementCost(app, candidate.Placed.Where(other => other.Version >= app.VersionInfo.LastConfigChangeAt)
            .Select(other => other.Location));
        var least = PlacesFor(app.Id, deployment, cost, offers).Min(cost.Shortfall);
        return place => cost.Shortfall(place) - least;
    }

    /// <summary>Forgets deployments that are over.</summary>
    public void Sweep(AppsState state)
    {
        foreach (var app in _known.Where(entry => state.FindDeployment(entry.Value.Deployment) is null).Select(entry => entry.Key).ToList())
        {
            _known.Remove(app);
        }
    }

    private List<AgentLocation> PlacesFor(PathId app, Deployment deployment, PlacementCost cost, IReadOnlyList<OfferRemainder> offers)
    {
        if (_known.TryGetValue(app, out var known) && known.Deployment == deployment.Id)
        {
            return known.Places;
        }
        var places = offers.Concat(memory.Known.Values.Select(offer => offer.Rest)).Select(rest => rest.Location)
            .DistinctBy(cost.KeyOf, StringComparer.Ordinal).Take(RebalancePlan.MaxPlaces).ToList();
        _known[app] = (deployment.Id, places);
        return places;
    }

    private static Deployment? Find(AppsState state, PathId app) =>
        state.LockOf(app) is { } deployment && deployment.CurrentActionOf(app) is DeploymentAction.Move ? deployment : null;
}
