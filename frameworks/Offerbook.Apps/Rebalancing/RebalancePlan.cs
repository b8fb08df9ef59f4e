using Offerbook.Actors;
using Offerbook.Apps.Core;
using Offerbook.Apps.Deployments;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Matching;
using Offerbook.Apps.Previews;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Rebalancing;

/// <summary>An instance that would be better elsewhere.</summary>
/// <param name="To">Where there is room for it now; the successor goes there or to a place as good
/// (<see cref="MoveTargets"/>).</param>
internal sealed record InstanceMove(Instance Instance, AgentLocation To, long Gain);

/// <summary>
/// Finds moves that make an app's placement better: again and again the one that gains most and finds room in what was last offered.
/// A pure function of a view. At most <see cref="MaxMoves"/> moves, looking at <see cref="MaxPlaces"/> different places each, so it
/// takes a second at worst; ask again for more.
/// </summary>
internal static class RebalancePlan
{
    public const int MaxMoves = 100;
    public const int MaxPlaces = 200;

    public static List<InstanceMove> Of(AppsView view, RunSpec app, MatchSettings settings, Timestamp now)
    {
        var movable = view.State.Instances.Of(app.Id)
            .Where(instance => instance is { Goal: Goal.Running, Condition: Condition.Running, Placement: not null }
            && view.State.DefinitionOf(instance).VersionInfo.LastConfigChangeAt == app.VersionInfo.LastConfigChangeAt).ToList();
        var cost = new PlacementCost(app, movable.Select(instance => instance.Placement!.Location));
        var oldest = now.UnixMilliseconds - (long)FitCheck.Freshness.TotalMilliseconds;
        var rests = view.Known.Where(known => known.Value.At.UnixMilliseconds >= oldest).Select(known => known.Value.Rest).ToArray();
        var offers = Enumerable.Range(0, rests.Length).GroupBy(i => cost.KeyOf(rests[i].Location), StringComparer.Ordinal).Take(MaxPlaces)
            .Select(group => group.ToList()).ToList();
        var groups = movable.GroupBy(instance => cost.KeyOf(instance.Placement!.Location), StringComparer.Ordinal).Take(MaxPlaces)
            .Select(group => new Queue<Instance>(KillOrder.First(int.MaxValue, group, app.KillSelection, []))).ToList();
        var placed = movable.ToDictionary(instance => instance.Id,
            instance => new PlacedInstance(instance.Placement!.Location, app.Version));
        var (matcher, random, clock) = (new OfferMatcher(settings), new SeededRandom(1), new Now(TimeSpan.Zero, now.ToDateTimeOffset()));
        var moves = new List<InstanceMove>();
        while (moves.Count < MaxMoves && Best() is { } move)
        {
            moves.Add(move);
        }
        return moves;

        InstanceMove? Best()
        {
            var ranked = from source in groups
                         where source.Count > 0
                         from target in offers
                         let gain = cost.Gain(source.Peek().Placement!.Location, rests[target[0]].Location)
                         where gain > 0
                         orderby gain descending
                         select (source, target, gain);
            foreach (var (source, target, gain) in ranked)
            {
                var instance = source.Peek();
                var others = placed.Where(other => other.Key != instance.Id).Select(other => other.Value).ToList();
                foreach (var offer in target)
                {
                    var candidate = new LaunchCandidate(app, InstanceId.New(app.Id, clock, random), 1, app.Role, others,
                        HomeRegion: view.HomeRegion);
                    if (matcher.Match(rests[offer], candidate, random, clock) is MatchResult.Matched matched)
                    {
                        rests[offer] = matched.Rest;
                        source.Dequeue();
                        cost.Move(instance.Placement!.Location, matched.Rest.Location);
                        placed[instance.Id] = new PlacedInstance(matched.Rest.Location, app.Version);
                        return new InstanceMove(instance, matched.Rest.Location, gain);
                    }
                }
            }
            return null;
        }
    }
}
