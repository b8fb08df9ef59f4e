using Offerbook.Apps.Deployments.Planning;
using Offerbook.Apps.Groups;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Tests.Deployments;

public sealed class PlanReversalTests
{
    private static readonly RootGroup Start = WithGroupDependency(Given.Tree(Given.App("/a"), Given.App("/g/b"), Given.App("/g/h/c")),
        "/g", "/x");

    [Test]
    public void Revert_AppAddedAndRemoved_RestoresBoth()
    {
        var target = Start.WithoutApp(PathId.Parse("/a")).WithApp(Given.App("/g/new"));
        Assert.That(Show(Reverted(target, target)), Is.EqualTo(Show(Start)));
    }

    [Test]
    public void Revert_GroupRemoved_BringsItBackWithDependencies()
    {
        var target = Start.WithoutGroup(PathId.Parse("/g"));
        Assert.That(Show(Reverted(target, target)), Is.EqualTo(Show(Start)));
    }

    [Test]
    public void Revert_GroupAdded_RemovesItIfStillEmpty()
    {
        var target = Start.WithApp(Given.App("/new/deep/app"));
        Assert.That(Show(Reverted(target, target)), Is.EqualTo(Show(Start)));
        var used = target.WithApp(Given.App("/new/other"));
        Assert.That(Reverted(target, used).FindApp(PathId.Parse("/new/other")), Is.Not.Null);
        Assert.That(Reverted(target, used).FindGroup(PathId.Parse("/new/deep")), Is.Null);
    }

    [Test]
    public void Revert_DependenciesEdited_UndoesOnlyThoseEdits()
    {
        var target = WithGroupDependency(Start, "/g", "/y");
        var current = WithGroupDependency(target, "/g", "/y", "/z");
        Assert.That(Reverted(target, current).FindGroup(PathId.Parse("/g"))!.Dependencies.Select(id => id.ToString()),
            Is.EquivalentTo(new[] { "/x", "/z" }));
    }

    [Test]
    public void Revert_OthersChangesMeanwhile_Survive()
    {
        var target = Start.WithApp(Given.App("/a", 1, "bad"));
        var current = target.WithApp(Given.App("/g/b", 9)).WithApp(Given.App("/later"));
        var reverted = Reverted(target, current);
        Assert.That(
            (reverted.FindApp(PathId.Parse("/a"))!.Cmd, reverted.FindApp(PathId.Parse("/g/b"))!.Instances,
                reverted.FindApp(PathId.Parse("/later"))!.Cmd),
            Is.EqualTo(("sleep 100", 9, "sleep 100")));
    }

    [Test]
    public void Revert_ChangedApp_GetsANewVersionAndARestart()
    {
        var target = Given.Completed(Start, Start.WithApp(Given.App("/a", 1, "bad")), Given.At(2));
        var after = Given.Completed(target, Reverted(target, target), Given.At(3));
        Assert.That(after.FindApp(PathId.Parse("/a"))!.VersionInfo, Is.EqualTo(VersionInfo.New(Given.At(3))));
        Assert.That(DeploymentPlannerTests.Plan(target, after), Is.EqualTo("[Restart /a]"));
    }

    private static RootGroup Reverted(RootGroup target, RootGroup current) =>
        PlanReversal.Revert(current, DeploymentPlanner.Plan("d", Start, target, Given.At(2)));

    private static RootGroup WithGroupDependency(RootGroup root, string group, params string[] dependencies) =>
        root.WithGroup(root.FindGroup(PathId.Parse(group))! with { Dependencies = dependencies.Select(PathId.Parse).ToValueSet() });

    private static string Show(RootGroup root) =>
        string.Join(" ", root.Tree.TransitiveGroups.Select(group => group.Id + ">" + group.Dependencies))
        + " | " + string.Join(" ", root.Apps.Select(app => app.Id + "=" + app.Cmd));
}
