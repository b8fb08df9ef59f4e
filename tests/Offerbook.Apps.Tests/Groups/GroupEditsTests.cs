using Offerbook.Apps.Errors;
using Offerbook.Apps.Groups;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Tests.Groups;

public sealed class GroupEditsTests
{
    private static readonly TreeVersionLookup NoVersions = _ => null;

    [Test]
    public void Put_Nested_MakesGroupsAndResolvesIds()
    {
        var root = Given.Completed(RootGroup.Empty, Put(RootGroup.Empty, "/", """
            {"id": "shop", "groups": [{"id": "db", "apps": [{"id": "pg", "cmd": "run pg"}]},
              {"id": "web", "dependencies": ["../db"], "apps": [{"id": "/shop/web/front", "cmd": "run it", "dependencies": ["../db/pg", "other"]}]}]}
            """), Given.At(2));
        Assert.That(root.Apps.Select(app => app.Id.ToString()), Is.EqualTo(new[] { "/shop/db/pg", "/shop/web/front" }));
        Assert.That(root.FindGroup(PathId.Parse("/shop/web"))!.Dependencies.Single().ToString(), Is.EqualTo("/shop/db"));
        Assert.That(root.FindApp(PathId.Parse("/shop/web/front"))!.Dependencies.Select(id => id.ToString()),
            Is.EqualTo(new[] { "/shop/db/pg", "/shop/web/other" }));
    }

    [Test]
    public void Put_PresentList_ReplacesAndAbsentOneKeeps()
    {
        var root = Given.Tree(Given.App("/g/a"), Given.App("/g/b"), Given.App("/g/h/c"), Given.App("/x"));
        var after = Given.Completed(root, Put(root, "/g", "{'apps': [{'id': 'b', 'cmd': 'sleep 100'}]}"), Given.At(2));
        Assert.That(after.Apps.Select(app => app.Id.ToString()), Is.EqualTo(new[] { "/x", "/g/b", "/g/h/c" }));
        var emptied = Given.Completed(after, Put(after, "/g", "{'groups': []}"), Given.At(3));
        Assert.That(emptied.Apps.Select(app => app.Id.ToString()), Is.EqualTo(new[] { "/x", "/g/b" }));
    }

    [Test]
    public void Put_Dependencies_AbsentKeepsEmptyClears()
    {
        var root = Given.Completed(RootGroup.Empty, Put(RootGroup.Empty, "/g", "{'dependencies': ['/h']}"), Given.At(2));
        var kept = Given.Completed(root, Put(root, "/g", "{'apps': []}"), Given.At(3));
        Assert.That(kept.FindGroup(PathId.Parse("/g"))!.Dependencies, Is.Not.Empty);
        Assert.That(
            Given.Completed(kept, Put(kept, "/g", "{'dependencies': []}"), Given.At(4)).FindGroup(PathId.Parse("/g"))!.Dependencies,
            Is.Empty);
    }

    [Test]
    public void Put_AppOutsideItsGroup_IsRefusedWithItsPath() =>
        Assert.That(
            Given.Problems(Put(RootGroup.Empty, "/g", "{'groups': [{'id': 'h', 'apps': [{'id': '/g/x', 'cmd': 'sleep 1'}]}]}").Error),
            Is.EqualTo(new[] { "/groups(0)/apps(0)/id: Identifier is not child of '/g/h'" }));

    [Test]
    public void Put_ManyMistakes_NamesThemAll()
    {
        var error = Put(RootGroup.Empty, "/",
            "{'id': 'g', 'groups': [{'id': 'h', 'apps': [{'id': 'a'}, {'id': 'b', 'cmd': 'xx', 'args': ['y']}]}]}").Error;
        const string text = "AppDefinition must either contain one of 'cmd' or 'args', and/or a 'container'.";
        Assert.That(Given.Problems(error), Is.EqualTo(new[] { "/groups(0)/apps(0): " + text, "/groups(0)/apps(1): " + text }));
    }

    [Test]
    public void Put_Cycle_IsRefused()
    {
        var edited = Put(RootGroup.Empty, "/", """
            {"apps": [{"id": "a", "cmd": "xx", "dependencies": ["b"]}, {"id": "b", "cmd": "xx", "dependencies": ["a"]}]}
            """);
        Assert.That(Given.Problems(TreeUpdate.Complete(RootGroup.Empty, edited.Value!, Given.At(2), Given.Settings).Error),
            Is.EqualTo(new[] { "/: Dependency graph has cyclic dependencies." }));
    }

    [TestCase("{'scaleBy': 2}", 2, 6)]
    [TestCase("{'scaleBy': 0.5}", 1, 2)]
    [TestCase("{'scaleBy': 0}", 0, 0)]
    public void Put_ScaleBy_RoundsUp(string json, int one, int three)
    {
        var root = Given.Tree(Given.App("/g/one", 1), Given.App("/g/h/three", 3), Given.App("/other", 1));
        var after = Given.Completed(root, Put(root, "/g", json), Given.At(2));
        Assert.That(after.Apps.Select(app => app.Instances), Is.EqualTo(new[] { 1, one, three }));
    }

    /// <summary>However far beyond what a number of instances can be.</summary>
    [TestCase("{'scaleBy': 300000}", "1200001")]
    [TestCase("{'scaleBy': 1e11}", "4294967295")]
    public void Put_ScaleByTooMuch_IsRefused(string json, string wanted)
    {
        var root = Given.Tree(Given.App("/g/one", 1), Given.App("/g/h/three", 3), Given.App("/other", 1));
        Assert.That(Given.Problems(TreeUpdate.Complete(root, Put(root, "/g", json).Value!, Given.At(2), Given.Settings).Error),
            Is.EqualTo(new[] { $"/: All apps and pods together would have {wanted} instances, more than the 1000000 of --max_instances" }));
    }

    [TestCase("{'scaleBy': 2, 'version': '2015-04-11T09:31:50.021Z'}", "/version", "/scaleBy")]
    [TestCase("{'scaleBy': 2, 'apps': []}", "/scaleBy")]
    [TestCase("{'version': '2015-04-11T09:31:50.021Z', 'groups': []}", "/version")]
    public void Put_VersionOrScaleByWithOthers_IsRefused(string json, params string[] paths) =>
        Assert.That(Given.Problems(Put(Given.Tree(Given.App("/g/a")), "/g", json).Error),
            Is.EqualTo(paths.Select(path => path + ": not allowed in conjunction with other properties.")));

    [Test]
    public void Put_Version_RestoresTheSubtreeOnly()
    {
        var (old, present) = (Given.Tree(Given.App("/g/a", 1, "old one")),
            Given.Tree(Given.App("/g/a", 1, "new one"), Given.App("/g/b"), Given.App("/x")));
        var draft = Given.GroupDraft("{'version': '" + Given.At(1) + "'}");
        var edited = GroupEdits.Put(present, PathId.Parse("/g"), draft, Given.Settings, version => version == Given.At(1) ? old : null);
        var after = Given.Completed(present, edited, Given.At(9));
        Assert.That(after.Apps.Select(app => app.Id + " " + app.Cmd), Is.EqualTo(new[] { "/x sleep 100", "/g/a old one" }));
        Assert.That(after.FindApp(PathId.Parse("/g/a"))!.VersionInfo, Is.EqualTo(VersionInfo.New(Given.At(9))));
    }

    [Test]
    public void Put_UnknownVersion_IsRefused()
    {
        var error = Put(Given.Tree(Given.App("/g/a")), "/g", "{'version': '2015-04-11T09:31:50.021Z'}").Error!;
        Assert.That((error.Status, error.Message), Is.EqualTo((422, "Group /g not available in version 2015-04-11T09:31:50.021Z")));
    }

    [TestCase("/", "{}", "Group / is already created. Use PUT to change this group.")]
    [TestCase("/", "{'id': 'g'}", "Group /g is already created. Use PUT to change this group.")]
    [TestCase("/g", "{'id': 'a'}", "An app with the path /g/a already exists.")]
    public void Create_TakenPath_IsAConflict(string group, string json, string message)
    {
        var error = GroupEdits.Create(Given.Tree(Given.App("/g/a")), PathId.Parse(group), Given.GroupDraft(json), Given.Settings,
            NoVersions).Error!;
        Assert.That((error.Status, error.Message), Is.EqualTo((409, message)));
    }

    [Test]
    public void Delete_Root_EmptiesEverything() =>
        Assert.That(GroupEdits.Delete(Given.Tree(Given.App("/g/a")), PathId.Root).Value!.Apps, Is.Empty);

    [Test]
    public void PatchEnforceRole_TopLevelOnly()
    {
        var root = Given.Tree(Given.App("/g/h/a"));
        Assert.That(
            GroupEdits.PatchEnforceRole(root, PathId.Parse("/g"), true, Given.Settings).Value!.FindGroup(PathId.Parse("/g"))!.EnforceRole,
            Is.True);
        Assert.That(GroupEdits.PatchEnforceRole(root, PathId.Parse("/g/h"), true, Given.Settings).Error!.Message,
            Is.EqualTo("Path needs to be top-level"));
    }

    [Test]
    public void Put_EnforceRoleTogetherWithServices_IsRefused()
    {
        var root = Given.Tree(Given.App("/g/a"));
        Assert.That(Given.Problems(Put(root, "/g", "{'enforceRole': true, 'apps': []}").Error).Single(), Does.StartWith("/enforceRole: "));
        Assert.That(Put(root, "/g", "{'enforceRole': true}").IsOk, Is.True);
    }

    private static ApiResult<RootGroup> Put(RootGroup root, string group, string json) =>
        GroupEdits.Put(root, PathId.Parse(group), Given.GroupDraft(json), Given.Settings, NoVersions);
}
