using FsCheck;
using FsCheck.Fluent;
using Offerbook.Apps.Deployments.Planning;
using Offerbook.Apps.Groups;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Tests.Deployments;

public sealed class PlanProperties
{
    /// <summary>
    /// Trees of up to nine apps in a few groups; an app depends only on later letters or on groups of later ones, so there is no cycle.
    /// </summary>
    private static readonly Gen<RootGroup> Trees = Gen.Choose(0, int.MaxValue - 1).Select(seed =>
    {
        var random = new Offerbook.Actors.SeededRandom((ulong)seed);
        string[] names = ["/a", "/b", "/c", "/g/d", "/g/e", "/g/h/f", "/i/j", "/i/k", "/l"];
        string[] targets = ["/b", "/c", "/g", "/g/e", "/g/h", "/i", "/i/k", "/l", "/unknown"];
        int[] firstInTarget = [1, 2, 3, 4, 5, 6, 7, 8, 99];
        var apps = names.Select((name, i) => random.Chance(0.7)
            ? Given.App(name, random.Next(3), random.Chance(0.5) ? "one" : "two",
                targets.Where((_, t) => firstInTarget[t] > i && random.Chance(0.3)).ToArray())
            : null).OfType<AppDefinition>().ToArray();
        return Given.Tree(apps);
    });

    private static readonly Arbitrary<(RootGroup From, RootGroup To)> Changes =
        Trees.SelectMany(_ => Trees, (from, to) => (from, to)).ToArbitrary();

    [Test]
    public void Plan_AnyChange_ActsOnDependenciesInEarlierSteps() => Prop.ForAll(Changes, change =>
    {
        var plan = DeploymentPlanner.Plan("d", change.From, change.To, Given.At(2));
        var steps = new Dictionary<PathId, int>();
        for (var i = 0; i < plan.Steps.Count; i++)
        {
            foreach (var action in plan.Steps[i].Actions.Where(action => action is not (DeploymentAction.Start or DeploymentAction.Stop)))
            {
                steps.Add(action.App.Id, i);
            }
        }
        return change.To.Apps.All(app => app.Dependencies.SelectMany(id => change.To.Apps.Where(target => target.Id.IsWithin(id)))
            .All(target => !steps.ContainsKey(app.Id) || !steps.ContainsKey(target.Id) || steps[target.Id] < steps[app.Id]));
    }).QuickCheckThrowOnFailure();

    [Test]
    public void Plan_AnyChange_TouchesExactlyWhatDiffers() => Prop.ForAll(Changes, change =>
    {
        var expected = TreeDifference.Apps(change.From, change.To).Select(difference => difference.Id).ToList();
        return DeploymentPlanner.Plan("d", change.From, change.To, Given.At(2)).AffectedApps.SequenceEqual(expected);
    }).QuickCheckThrowOnFailure();

    [Test]
    public void Plan_SameTrees_IsTheSamePlan() => Prop.ForAll(Changes, change =>
        DeploymentPlannerTests.Plan(change.From, change.To) == DeploymentPlannerTests.Plan(change.From,
            change.To)).QuickCheckThrowOnFailure();

    [Test]
    public void Revert_OfAnyPlan_LeavesTheOriginalApps() => Prop.ForAll(Changes, change =>
    {
        var plan = DeploymentPlanner.Plan("d", change.From, change.To, Given.At(2));
        return PlanReversal.Revert(change.To, plan).Apps.SequenceEqual(change.From.Apps);
    }).QuickCheckThrowOnFailure();

    [Test]
    public void Revert_WithAnUnrelatedChangeMeanwhile_EqualsNeverHavingPlanned() => Prop.ForAll(Changes, change =>
    {
        var plan = DeploymentPlanner.Plan("d", change.From, change.To, Given.At(2));
        var other = Given.App("/z/unrelated");
        return PlanReversal.Revert(change.To.WithApp(other), plan).Apps.SequenceEqual(change.From.WithApp(other).Apps);
    }).QuickCheckThrowOnFailure();
}
