using Offerbook.Actors;
using Offerbook.Apps.Core;
using Offerbook.Apps.Deployments;
using Offerbook.Apps.Deployments.Planning;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Launching;
using Offerbook.Apps.Matching;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Previews;

/// <summary>Instances of one app that a step of a plan would start.</summary>
/// <param name="Instances">Those that start before any old one has gone.</param>
/// <param name="Later">Those that start only as old ones go, in the room that these leave.</param>
internal sealed record PlannedStart(RunSpec Spec, int Instances, int Later = 0);

/// <param name="Placed">How many found a place.</param>
/// <param name="Later">How many more the step starts as old ones go; no place is looked for them.</param>
/// <param name="Refusals">What each agent had against the first that found none.</param>
internal sealed record StartFit(RunSpec Spec, int Wanted, int Placed, int Later,
    IReadOnlyList<(KnownOffer Offer, IReadOnlyList<Refusal> Refusals)> Refusals);

/// <param name="Agents">Agents whose free resources are known; 0: nothing can be said.</param>
internal sealed record FitVerdict(int Agents, IReadOnlyList<StartFit> Starts);

/// <summary>
/// Places the instances that a plan would start on what is known to be free, by the matcher that launches them, one after the other
/// and each on what the ones before it left. An answer for now, not a promise: nothing is held.
/// </summary>
internal sealed class FitCheck(MatchSettings settings)
{
    /// <summary>Instances tried for one plan; more are not looked at. 2,000 × a few agents each take a fraction of a second.</summary>
    public const int MaxPlacements = 2_000;

    /// <summary>Offers seen longer ago are not counted on.</summary>
    public static readonly TimeSpan Freshness = TimeSpan.FromSeconds(10);

    public static IReadOnlyList<PlannedStart> StartsOf(AppsState state, DeploymentPlan plan)
    {
        var starts = new List<PlannedStart>();
        foreach (var action in plan.Steps.SelectMany(step => step.Actions))
        {
            var tally = state.Instances.TallyOf(action.App.Id);
            var (all, now) = action switch
            {
                DeploymentAction.Scale => (action.App.Instances - tally.Wanted, action.App.Instances - tally.Wanted),
                DeploymentAction.Restart => (action.App.Instances, Math.Clamp(RoomBeside(action.App, tally), 0, action.App.Instances)),
                _ => (0, 0),
            };
            if (all > 0)
            {
                starts.Add(new PlannedStart(action.App, now, all - now));
            }
        }
        return starts;
    }

    public FitVerdict Judge(AppsView view, IReadOnlyList<PlannedStart> starts, Timestamp now)
    {
        var oldest = now.UnixMilliseconds - (long)Freshness.TotalMilliseconds;
        var offers = view.Known.Values.Where(known => known.At.UnixMilliseconds >= oldest).ToList();
        var rests = offers.Select(offer => offer.Rest).ToArray();
        var (matcher, random, left) = (new OfferMatcher(settings), new SeededRandom(1), MaxPlacements);
        var clock = new Now(TimeSpan.Zero, now.ToDateTimeOffset());
        var fits = new List<StartFit>();
        foreach (var start in offers.Count == 0 ? [] : starts)
        {
            var placed = PlacedNow(view.State, start.Spec);
            var (count, refusals) = (0, new List<(KnownOffer, IReadOnlyList<Refusal>)>());
            var wanted = Math.Min(start.Instances, left);
            while (count < wanted && Place(start.Spec))
            {
                count++;
            }
            left -= count;
            fits.Add(new StartFit(start.Spec, wanted, count, start.Later, refusals));

            bool Place(RunSpec spec)
            {
                refusals.Clear();
                for (var i = 0; i < rests.Length; i++)
                {
                    var agent = (i + count) % rests.Length;
                    var candidate = new LaunchCandidate(spec, InstanceId.New(spec.Id, clock, random), 1, spec.Role, placed,
                        HomeRegion: view.HomeRegion);
                    switch (matcher.Match(rests[agent], candidate, random, clock))
                    {
                        case MatchResult.Matched matched:
                            rests[agent] = matched.Rest;
                            placed.Add(new PlacedInstance(matched.Rest.Location, spec.Version));
                            return true;
                        case MatchResult.Refused refused:
                            refusals.Add((offers[agent], refused.Refusals));
                            break;
                    }
                }
                return false;
            }
        }
        return new FitVerdict(offers.Count, fits);
    }

    /// <summary>New instances that may exist before an old one has gone; what is killed first makes its own room.</summary>
    private static int RoomBeside(RunSpec app, Tally tally)
    {
        var bounds = RollingArithmetic.Begin(app.Instances, app.UpgradeStrategy, app.IsResident, tally.StandingHealthy, tally.Standing);
        return bounds.MaxCapacity - tally.Active;
    }

    private static List<PlacedInstance> PlacedNow(AppsState state, RunSpec spec) => state.Instances.Of(spec.Id)
        .Where(instance => instance is { IsActive: true, Placement: not null } && !instance.Condition.IsUnreachable()
            && state.DefinitionOf(instance).VersionInfo.LastConfigChangeAt == spec.VersionInfo.LastConfigChangeAt)
        .Select(instance => new PlacedInstance(instance.Placement!.Location, instance.Version))
        .ToList();
}
