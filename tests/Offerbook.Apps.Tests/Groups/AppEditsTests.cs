using Offerbook.Apps.Groups;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Tests.Groups;

public sealed class AppEditsTests
{
    private static readonly AppVersionLookup NoVersions = (_, _) => null;

    [Test]
    public void Create_TakenId_IsAConflict() =>
        Assert.That(AppEdits.Create(Given.Tree(Given.App("/a")), Given.Draft("{'id': 'a', 'cmd': 'xx'}"), Given.Settings).Error!.Status,
            Is.EqualTo(409));

    [Test]
    public void Create_InNewGroups_MakesThem()
    {
        var root = Given.Completed(RootGroup.Empty,
            Edited(AppEdits.Create(RootGroup.Empty, Given.Draft("{'id': 'g/h/a', 'cmd': 'xx'}"), Given.Settings)), Given.At(2));
        Assert.That(root.FindGroup(PathId.Parse("/g/h")), Is.Not.Null);
        Assert.That(root.FindGroup(PathId.Parse("/g"))!.EnforceRole, Is.False);
        Assert.That(root.FindApp(PathId.Parse("/g/h/a"))!.VersionInfo, Is.EqualTo(VersionInfo.New(Given.At(2))));
    }

    [Test]
    public void Create_WhereAnEmptyGroupIs_ReplacesIt()
    {
        var root = RootGroup.Empty.WithGroup(Group.Empty(PathId.Parse("/a"), false));
        var after = Given.Completed(root, Edited(AppEdits.Create(root, Given.Draft("{'id': 'a', 'cmd': 'xx'}"), Given.Settings)),
            Given.At(2));
        Assert.That((after.FindGroup(PathId.Parse("/a")), after.FindApp(PathId.Parse("/a"))?.Cmd), Is.EqualTo(((Group?)null, "xx")));
    }

    [Test]
    public void Create_WhereAGroupWithAppsIs_IsRefused()
    {
        var root = Given.Tree(Given.App("/a/b"));
        var edited = AppEdits.Create(root, Given.Draft("{'id': 'a', 'cmd': 'xx'}"), Given.Settings).Value!.Root;
        Assert.That(Given.Problems(TreeUpdate.Complete(root, edited, Given.At(2), Given.Settings).Error),
            Is.EqualTo(new[] { "/: Groups and Applications may not have the same identifier." }));
    }

    [Test]
    public void Update_UnknownApp_IsMadeByPutAndRefusedByPatch()
    {
        var id = PathId.Parse("/a");
        Assert.That(
            AppEdits.Update(RootGroup.Empty, id, Given.Draft("{'cmd': 'xx'}"), true, true, Given.Settings, NoVersions).Value!.Created,
            Is.True);
        Assert.That(
            AppEdits.Update(RootGroup.Empty, id, Given.Draft("{'cmd': 'xx'}"), true, false, Given.Settings, NoVersions).Error!.Message,
            Is.EqualTo("App '/a' does not exist"));
    }

    [Test]
    public void Update_VersionAlone_GoesBack()
    {
        var (old, present) = (Given.App("/a", 3, "old cmd"), Given.App("/a", 1, "new cmd"));
        var edit = AppEdits.Update(Given.Tree(present), present.Id, Given.Draft("{'version': '2015-04-11T09:31:50.021Z'}"), true, true,
            Given.Settings,
            (id, version) => id == old.Id && version.ToString() == "2015-04-11T09:31:50.021Z" ? old : null).Value!;
        Assert.That((edit.Apps[0].Cmd, edit.Apps[0].Instances), Is.EqualTo(("old cmd", 3)));
    }

    [Test]
    public void Update_VersionWithOtherMembers_IsRefused() =>
        Assert.That(Given.Problems(AppEdits.Update(Given.Tree(Given.App("/a")), PathId.Parse("/a"),
            Given.Draft("{'version': '2015-04-11T09:31:50.021Z', 'cmd': 'xx'}"), true, true, Given.Settings, NoVersions).Error),
            Is.EqualTo(new[] { "/: The 'version' field may only be combined with the 'id' field." }));

    [Test]
    public void UpdateMany_OneUnknown_ChangesNothing()
    {
        var root = Given.Tree(Given.App("/a"));
        var edit = AppEdits.UpdateMany(root, [Given.Draft("{'id': 'a', 'instances': 5}"), Given.Draft("{'id': 'b', 'instances': 5}")],
            true, false, Given.Settings, NoVersions);
        Assert.That(edit.Error!.Message, Is.EqualTo("App '/b' does not exist"));
    }

    [Test]
    public void Complete_SameAppSentAgain_KeepsTheVeryObject()
    {
        var root = Given.Completed(RootGroup.Empty,
            Edited(AppEdits.Create(RootGroup.Empty, Given.Draft("{'id': 'a', 'cmd': 'xx'}"), Given.Settings)), Given.At(2));
        var id = PathId.Parse("/a");
        var again = AppEdits.Update(root, id, Given.Draft("{'cmd': 'xx'}"), false, true, Given.Settings, NoVersions);
        var after = Given.Completed(root, Edited(again), Given.At(3));
        Assert.That(after.FindApp(id), Is.SameAs(root.FindApp(id)));
        Assert.That(after.Version, Is.EqualTo(Given.At(3)));
    }

    [TestCase("{'instances': 7}", 3, 1, 3)]
    [TestCase("{'cmd': 'other'}", 3, 3, 3)]
    [TestCase("{'instances': 7, 'labels': {'a': 'b'}}", 3, 3, 3)]
    [TestCase("{'instances': 1}", 1, 1, 1)]
    public void Complete_Update_MovesItsPartOfTheVersionInfo(string update, int version, int config, int scaling)
    {
        var app = Given.App("/a");
        var edit = AppEdits.Update(Given.Tree(app), app.Id, Given.Draft(update), true, true, Given.Settings, NoVersions);
        var info = Given.Completed(Given.Tree(app), Edited(edit), Given.At(3)).FindApp(app.Id)!.VersionInfo;
        Assert.That(info, Is.EqualTo(new VersionInfo(Given.At(version), Given.At(scaling), Given.At(config))));
    }

    [Test]
    public void Complete_Restart_MovesVersionAndConfigChange()
    {
        var app = Given.App("/a");
        var edit = AppEdits.Restart(Given.Tree(app), app.Id, Given.At(3));
        Assert.That(Given.Completed(Given.Tree(app), Edited(edit), Given.At(3)).FindApp(app.Id)!.VersionInfo,
            Is.EqualTo(new VersionInfo(Given.At(3), Given.At(1), Given.At(3))));
    }

    [Test]
    public void Restart_UnknownApp_IsRefused() =>
        Assert.That(AppEdits.Restart(RootGroup.Empty, PathId.Parse("/a"), Given.At(2)).Error!.Status, Is.EqualTo(404));

    [Test]
    public void Scale_BelowZero_StopsAtZero()
    {
        var edit = AppEdits.Scale(Given.Tree(Given.App("/a", 2)), [new(PathId.Parse("/a"), -1), new(PathId.Parse("/b"), 1)]);
        Assert.That(edit.Apps.Select(app => app.Instances), Is.EqualTo(new[] { 0 }));
    }

    private static Offerbook.Apps.Errors.ApiResult<RootGroup> Edited(Offerbook.Apps.Errors.ApiResult<AppEdit> edit) =>
        edit.IsOk ? edit.Value.Root : edit.Error;
}
