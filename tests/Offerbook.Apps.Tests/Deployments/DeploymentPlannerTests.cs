using Offerbook.Apps.Deployments.Planning;
using Offerbook.Apps.Groups;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Tests.Deployments;

public sealed class DeploymentPlannerTests
{
    [Test]
    public void Plan_DependentAppAdded_StartsThenScales() =>
        Assert.That(Plan(Given.Tree(Given.App("/a")), Given.Tree(Given.App("/a"), Given.App("/b", 1, "sleep 1", "/a"))),
            Is.EqualTo("[Start /b][Scale /b]"));

    [Test]
    public void Plan_TwoNewApps_StartTogetherAndScaleInOrder() =>
        Assert.That(Plan(RootGroup.Empty, Given.Tree(Given.App("/a"), Given.App("/b", 1, "sleep 1", "/a"))),
            Is.EqualTo("[Start /a, Start /b][Scale /a][Scale /b]"));

    [Test]
    public void Plan_BothChanged_RestartsDependencyFirst() =>
        Assert.That(Plan(Given.Tree(Given.App("/a"), Given.App("/b", 1, "sleep 1", "/a")),
            Given.Tree(Given.App("/a", 1, "new"), Given.App("/b", 1, "new", "/a"))), Is.EqualTo("[Restart /a][Restart /b]"));

    [Test]
    public void Plan_MixedChange_StopsFirstThenOneLayer() =>
        Assert.That(
            Plan(Given.Tree(Given.App("/a"), Given.App("/b"), Given.App("/c")), Given.Tree(Given.App("/a", 5), Given.App("/b", 1, "new"))),
            Is.EqualTo("[Stop /c][Scale /a, Restart /b]"));

    [Test]
    public void Plan_DependentAndIndependent_HasFiveSteps()
    {
        var before = Given.Tree(Given.App("/mongo"), Given.App("/service", 1, "sleep 1", "/mongo"), Given.App("/independent"),
            Given.App("/gone"));
        var after = Given.Tree(Given.App("/mongo", 1, "new"), Given.App("/service", 1, "new", "/mongo"),
            Given.App("/independent", 1, "new"),
            Given.App("/new", 2, "sleep 1", "/service"));
        Assert.That(Plan(before, after),
            Is.EqualTo("[Stop /gone][Start /new][Restart /independent, Restart /mongo][Restart /service][Scale /new]"));
    }

    [Test]
    public void Plan_OnlyStop_HasOneStep() => Assert.That(Plan(Given.Tree(Given.App("/a")), RootGroup.Empty), Is.EqualTo("[Stop /a]"));

    [Test]
    public void Plan_NothingChanged_IsEmpty() => Assert.That(Plan(Given.Tree(Given.App("/a")), Given.Tree(Given.App("/a"))), Is.Empty);

    [Test]
    public void Plan_OnlyVersionMoved_Restarts() =>
        Assert.That(
            Plan(Given.Tree(Given.App("/a")),
                Given.Tree(Given.App("/a") with { VersionInfo = VersionInfo.New(Given.At(1)).WithConfigChange(Given.At(2)) })),
            Is.EqualTo("[Restart /a]"));

    [Test]
    public void Plan_ConfigChangedToZeroInstances_OnlyScales() =>
        Assert.That(Plan(Given.Tree(Given.App("/a", 3)), Given.Tree(Given.App("/a", 0, "new"))), Is.EqualTo("[Scale /a]"));

    [Test]
    public void Plan_OnlyArgsChanged_Restarts() =>
        Assert.That(
            Plan(Given.Tree(Given.App("/a") with { Cmd = null, Args = ["a"] }),
                Given.Tree(Given.App("/a") with { Cmd = null, Args = ["b"] })),
            Is.EqualTo("[Restart /a]"));

    [Test]
    public void Plan_ScaleWithInstancesToKill_CarriesThem()
    {
        var toKill = new Dictionary<PathId, IReadOnlyList<string>> { [PathId.Parse("/a")] = ["i1"] };
        var plan = DeploymentPlanner.Plan("d", Given.Tree(Given.App("/a", 2)), Given.Tree(Given.App("/a", 1)), Given.At(2), toKill);
        Assert.That(((DeploymentAction.Scale)plan.Steps.Single().Actions.Single()).InstancesToKill, Is.EqualTo(new[] { "i1" }));
    }

    [Test]
    public void Plan_AffectedApps_AreThoseOfTheActions()
    {
        var plan = DeploymentPlanner.Plan("d", Given.Tree(Given.App("/a"), Given.App("/b"), Given.App("/c")),
            Given.Tree(Given.App("/a", 2), Given.App("/b"), Given.App("/d")), Given.At(2));
        Assert.That(plan.AffectedApps.Select(id => id.ToString()), Is.EqualTo(new[] { "/a", "/c", "/d" }));
        var other = DeploymentPlanner.Plan("e", RootGroup.Empty, Given.Tree(Given.App("/d")), Given.At(2));
        Assert.That(
            (plan.ConflictsWith(other),
                other.ConflictsWith(DeploymentPlanner.Plan("f", RootGroup.Empty, Given.Tree(Given.App("/x")), Given.At(2)))),
            Is.EqualTo((true, false)));
    }

    [Test]
    public void Layers_OfGraph_AreLengthsOfLongestChains()
    {
        var graph = DependencyGraph.Of(
            Given.Tree(Given.App("/a", 1, "xx", "/b", "/c"), Given.App("/b", 1, "xx", "/c"), Given.App("/c", 1, "xx", "/d"),
            Given.App("/d"), Given.App("/e")));
        Assert.That("abcde".Select(name => graph.LayerOf(PathId.Parse("/" + name))), Is.EqualTo(new[] { 4, 3, 2, 1, 1 }));
    }

    [Test]
    public void Layers_GroupDependency_HoldsForAllAppsBelow()
    {
        var root = Given.Tree(Given.App("/db/x/pg"), Given.App("/db/redis"), Given.App("/web/front"),
            Given.App("/one", 1, "xx", "/web", "/unknown"));
        root = root.WithGroup(
            root.FindGroup(PathId.Parse("/web"))! with { Dependencies = [PathId.Parse("/db"), PathId.Parse("/nowhere")] });
        var graph = DependencyGraph.Of(root);
        Assert.That(root.Apps.Select(app => app.Id + " " + graph.LayerOf(app.Id)),
            Is.EqualTo(new[] { "/one 3", "/db/redis 1", "/db/x/pg 1", "/web/front 2" }));
    }

    [Test]
    public void Layers_OfSomeAppsOnly_AreThoseInTheWholeGraph()
    {
        var random = new Random(11);
        for (var round = 0; round < 200; round++)
        {
            // Only on later ids: no cycle.
            var apps = Enumerable.Range(10, 30).Select(i => Given.App($"/g{i / 6}/a{i}", 1, "xx",
                [.. Enumerable.Range(0, random.Next(3)).Select(_ => random.Next(i + 1, 45)).Select(to => random.Next(3) == 0
                    && to / 6 > i / 6 ? $"/g{to / 6}" : $"/g{to / 6}/a{to}")])).ToArray();
            var root = Given.Tree(apps);
            var some = apps.Where(_ => random.Next(4) == 0).Select(app => app.Id).ToList();
            var (whole, part) = (DependencyGraph.Of(root), DependencyGraph.Of(root, some));
            Assert.That(some.Select(part.LayerOf), Is.EqualTo(some.Select(whole.LayerOf)));
        }
    }

    [TestCase("/a", "/a")]
    [TestCase("/a", "/b", "/b", "/c", "/c", "/a")]
    [TestCase("/g/a", "/g")]
    public void Layers_Cycle_IsFound(params string[] edges)
    {
        var apps = edges.Chunk(2).Select(edge => Given.App(edge[0], 1, "xx", edge[1])).ToArray();
        Assert.That(DependencyGraph.Of(Given.Tree(apps)).HasCycle, Is.True);
    }

    [Test]
    public void Layers_ChainOfTenThousand_NeedsNoStack()
    {
        var apps = Enumerable.Range(0, 10_000).Select(i => Given.App("/a" + i, 1, "xx", "/a" + (i + 1))).ToArray();
        Assert.That(DependencyGraph.Of(Given.Tree(apps)).LayerOf(PathId.Parse("/a0")), Is.EqualTo(10_000));
    }

    internal static string Plan(RootGroup original, RootGroup target) => Text(DeploymentPlanner.Plan("d", original, target, Given.At(2)));

    internal static string Text(DeploymentPlan plan) => string.Concat(plan.Steps.Select(step =>
        "[" + string.Join(", ", step.Actions.Select(action => action.Name.Replace("Application", "") + " " + action.App.Id)) + "]"));
}
